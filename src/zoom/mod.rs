//! Talking to Zoom over the HTTP port.
