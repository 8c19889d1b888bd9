//! What Zoom says of the tokens with which a call was made.

use uuid::Uuid;

use super::health::ReconnectReason;
use super::planner::Planner;
use super::records::{ConnectionRow, Grant, TokenHealth, Tokens};
use super::tokens::die;
use crate::error::Fault;
use crate::words::UserId;

/// The tokens that a call was made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pair: Uuid,
    /// They came in place of some that were refused: if they are good, that is news.
    doubted: bool,
}

/// What is left after Zoom refused tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refused {
    /// Others, or a refresh: try again at once.
    TryAgain,
    /// Nothing: only a new consent helps.
    Dead,
}

impl Used {
    pub(crate) fn of(tokens: &Tokens) -> Self {
        Self { pair: tokens.pair, doubted: tokens.health == TokenHealth::Doubted }
    }

    fn is_of(self, connection: &ConnectionRow) -> bool {
        connection.tokens().is_some_and(|tokens| tokens.pair == self.pair)
    }

    /// Zoom does not accept the access token: another one may do, once, unless this is final. Else the
    /// tokens are dead and erased (R6). Unless they were replaced while the call was out.
    pub(crate) async fn refused(
        self,
        planner: &mut Planner<'_>,
        user: &UserId,
        is_final: bool,
    ) -> Result<Refused, Fault> {
        let row = planner.keys.connection(user);
        let connection = planner.load(&row).await?;
        let Some(mut connection) = connection.filter(|row| self.is_of(row)) else {
            return Ok(Refused::TryAgain);
        };
        let refused = match &mut connection.grant {
            Grant::Live(tokens) if !is_final && tokens.health != TokenHealth::Doubted => {
                tokens.health = TokenHealth::Rejected;
                Refused::TryAgain
            }
            _ => {
                die(planner, &mut connection, ReconnectReason::TokensRefused)?;
                Refused::Dead
            }
        };
        planner.put(&row, &connection)?;
        Ok(refused)
    }

    /// A call went through.
    pub(crate) async fn accepted(
        self,
        planner: &mut Planner<'_>,
        user: &UserId,
    ) -> Result<(), Fault> {
        if !self.doubted {
            return Ok(());
        }
        let row = planner.keys.connection(user);
        let connection = planner.load(&row).await?;
        if let Some(mut connection) = connection.filter(|row| self.is_of(row)) {
            if let Grant::Live(tokens) = &mut connection.grant {
                tokens.health = TokenHealth::Good;
            }
            planner.put(&row, &connection)?;
        }
        Ok(())
    }
}
