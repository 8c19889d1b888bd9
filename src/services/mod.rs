mod core;
mod keys;
mod planner;
mod records;
