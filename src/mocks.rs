//! Mocks of the ports, for a host's own tests: each call is answered as the test says, and one that
//! it does not expect panics.
//!
//! They are made with [`mockall`], whose docs say what can be expected. Where nothing has to fail,
//! `MemoryStore` and `testkit` are closer to the real thing.
//!
//! ```
//! use std::sync::Arc;
//!
//! use slotlink::mocks::{MockHttpSend, MockStore};
//! use slotlink::ports::StoreError;
//! use slotlink::testkit::{TestSealer, block_on};
//! use slotlink::words::{AccountId, CalendarId, Name, Participant, Secret};
//! use slotlink::zoom::{ZoomApp, ZoomClient};
//! use slotlink::{BookRequest, Caller, Error, Scheduler};
//!
//! // The store is down, and nothing must be sent to Zoom.
//! let mut store = MockStore::new();
//! store.expect_get().returning(|_| Err(StoreError::new("no connection")));
//! let app = ZoomApp::new("id", Secret::new("secret"));
//! let zoom = Arc::new(ZoomClient::new(app, Arc::new(MockHttpSend::new())));
//! let scheduler = Scheduler::builder(Arc::new(store), zoom).sealer(Arc::new(TestSealer)).build()?;
//!
//! let pat = Participant::new(Name::new("Pat")?);
//! let request = BookRequest::new(CalendarId::new("demo")?, "2030-11-26T15:00:00Z".parse()?, pat);
//! let told = block_on(scheduler.book(&Caller::system(AccountId::new("abc")?), &request));
//! assert!(matches!(told, Err(Error::Fault(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use crate::ports::ambient::{MockClock, MockEntropy};
pub use crate::ports::busy::MockBusySource;
pub use crate::ports::http::MockHttpSend;
pub use crate::ports::sealer::MockSealer;
pub use crate::ports::store::MockStore;
pub use crate::ports::zoom::{MockZoomApi, MockZoomAuth};
