//! What an answer means. Believes nothing that a captive portal or proxy could have said.
//!
//! "Landed" needs the receiver's receipt for this very batch, and "never" needs the receiver's own problem body:
//! anything else is a reason to try again.

use std::time::Duration;

use labrelay_model::wire::{Marks, Problem, ProblemCode, Receipt, Revocation};
use labrelay_model::{DeviceName, Timestamp};

use crate::cause::Said;
use crate::{Cause, OutgoingBatch, Refusal, Sent, Trouble};

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// The clock of whoever answered.
    pub(crate) date: Option<Timestamp>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// What it says about a batch that was put.
    pub(crate) fn about_batch(&self, batch: &OutgoingBatch) -> Result<Sent, Trouble> {
        let problem = match self.status {
            200 | 201 => return self.receipt_for(batch),
            _ => self.problem(),
        };
        match problem.as_ref().map(|problem| problem.code) {
            Some(code @ (ProblemCode::BadRequest | ProblemCode::TooLarge | ProblemCode::Refused)) => {
                let (reason, line) = problem.map_or((None, None), |problem| (problem.reason, problem.line));
                Ok(Sent::Refused(Refusal { code, reason, line }))
            }
            Some(ProblemCode::OtherDigest) => Err(Trouble::NewEpochNeeded),
            _ => Err(self.again(problem)),
        }
    }

    /// The marks that were asked for.
    pub(crate) fn marks(&self) -> Result<Marks, Trouble> {
        match self.status {
            200 => serde_json::from_slice(&self.body).map_err(|_| self.not_the_receiver()),
            _ => Err(self.again(self.problem())),
        }
    }

    /// Whether it says that this device's key is believed no more.
    pub(crate) fn revocation(&self, device: &DeviceName) -> Result<(), Trouble> {
        match (self.status, serde_json::from_slice::<Revocation>(&self.body)) {
            (200, Ok(said)) if said.revoked == *device => Ok(()),
            (200, _) => Err(self.not_the_receiver()),
            _ => Err(self.again(self.problem())),
        }
    }

    fn receipt_for(&self, batch: &OutgoingBatch) -> Result<Sent, Trouble> {
        match serde_json::from_slice::<Receipt>(&self.body) {
            Ok(receipt) if receipt.landed == batch.id && receipt.digest == batch.digest => Ok(Sent::Landed),
            _ => Err(self.not_the_receiver()),
        }
    }

    /// The receiver's problem, if this is one: its code must fit the status.
    fn problem(&self) -> Option<Problem> {
        let problem: Problem = serde_json::from_slice(&self.body).ok()?;
        (problem.code.status() == self.status).then_some(problem)
    }

    fn again(&self, problem: Option<Problem>) -> Trouble {
        let cause = match problem {
            Some(Problem { code, message, .. }) => self.cause_by_code(code, &message),
            None => self.cause_by_status(),
        };
        Trouble::Retry { after: self.retry_after, cause }
    }

    fn cause_by_code(&self, code: ProblemCode, message: &str) -> Cause {
        match code {
            ProblemCode::NotAuthenticated => {
                Cause::NotAuthenticated { said: Said::new(message), clock: self.date }
            }
            ProblemCode::WrongDevice => Cause::WrongDevice,
            ProblemCode::UnknownManifest => Cause::UnknownManifest(Said::new(message)),
            ProblemCode::TooMany => Cause::TooMany,
            ProblemCode::Internal | ProblemCode::Unavailable => Cause::ReceiverFailed(self.status),
            // Of a batch these are final; of marks they make no sense.
            ProblemCode::BadRequest
            | ProblemCode::TooLarge
            | ProblemCode::Refused
            | ProblemCode::OtherDigest => Cause::NotTheReceiver(self.status),
        }
    }

    /// For answers without the receiver's own words: somebody stands before it.
    fn cause_by_status(&self) -> Cause {
        match self.status {
            300..=399 => Cause::Redirected(self.status),
            407 => Cause::ProxyPassword,
            413 => Cause::ProxySizeLimit,
            429 => Cause::TooMany,
            500..=599 => Cause::ReceiverFailed(self.status),
            _ => Cause::NotTheReceiver(self.status),
        }
    }

    fn not_the_receiver(&self) -> Trouble {
        Trouble::Retry { after: self.retry_after, cause: Cause::NotTheReceiver(self.status) }
    }
}

#[cfg(test)]
mod tests {
    use labrelay_model::{BatchId, Digest, Epoch, Reason, Seq};

    use super::*;

    fn batch() -> OutgoingBatch {
        let id = BatchId { stream: "navios.bead_qc".parse().unwrap(), epoch: Epoch([7; 16]), seq: Seq(3) };
        OutgoingBatch { id, records: 1, body: "x".into(), digest: Digest([9; 32]) }
    }

    fn answer(status: u16, body: impl AsRef<[u8]>) -> Answer {
        Answer { status, retry_after: None, date: None, body: body.as_ref().to_vec() }
    }

    fn problem(code: ProblemCode) -> Answer {
        let problem = Problem {
            code,
            message: "set the clock".into(),
            reason: Some(Reason::OutOfRange),
            line: Some(4),
        };
        answer(code.status(), serde_json::to_vec(&problem).unwrap())
    }

    fn cause(answer: &Answer) -> Cause {
        match answer.about_batch(&batch()) {
            Err(Trouble::Retry { cause, .. }) => cause,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_receipt_for_this_batch_and_digest_is_believed() {
        let receipt = Receipt { landed: batch().id, digest: batch().digest };
        for status in [200, 201] {
            let good = answer(status, serde_json::to_vec(&receipt).unwrap());
            assert_eq!(good.about_batch(&batch()), Ok(Sent::Landed));
        }
        let other_digest = Receipt { digest: Digest([0; 32]), ..receipt.clone() };
        let other_batch = Receipt { landed: BatchId { seq: Seq(4), ..batch().id }, ..receipt.clone() };
        for wrong in [other_digest, other_batch] {
            assert_eq!(cause(&answer(200, serde_json::to_vec(&wrong).unwrap())), Cause::NotTheReceiver(200));
        }
        assert_eq!(
            cause(&answer(200, "<html>Welcome to the guest network</html>")),
            Cause::NotTheReceiver(200)
        );
        assert_eq!(cause(&answer(204, "")), Cause::NotTheReceiver(204));
        assert_eq!(cause(&answer(202, serde_json::to_vec(&receipt).unwrap())), Cause::NotTheReceiver(202));
    }

    #[test]
    fn the_receivers_refusals_are_final_and_carry_the_gates_reason() {
        for code in [ProblemCode::BadRequest, ProblemCode::TooLarge, ProblemCode::Refused] {
            let refusal = Refusal { code, reason: Some(Reason::OutOfRange), line: Some(4) };
            assert_eq!(problem(code).about_batch(&batch()), Ok(Sent::Refused(refusal)));
        }
    }

    #[test]
    fn a_refusal_in_other_words_than_the_receivers_is_not_final() {
        for status in [400, 404, 409, 422, 401, 403] {
            assert_eq!(cause(&answer(status, "<html>no</html>")), Cause::NotTheReceiver(status));
        }
        assert_eq!(cause(&answer(413, "<html>nginx</html>")), Cause::ProxySizeLimit);
        let borrowed = Answer { status: 422, ..problem(ProblemCode::BadRequest) };
        assert_eq!(cause(&borrowed), Cause::NotTheReceiver(422));
    }

    #[test]
    fn another_digest_under_the_number_asks_for_a_new_epoch() {
        assert_eq!(problem(ProblemCode::OtherDigest).about_batch(&batch()), Err(Trouble::NewEpochNeeded));
    }

    #[test]
    fn everything_else_is_tried_again_and_says_why() {
        let said = || Said::new("set the clock");
        let cases = [
            (ProblemCode::NotAuthenticated, Cause::NotAuthenticated { said: said(), clock: None }),
            (ProblemCode::WrongDevice, Cause::WrongDevice),
            (ProblemCode::UnknownManifest, Cause::UnknownManifest(said())),
            (ProblemCode::TooMany, Cause::TooMany),
            (ProblemCode::Internal, Cause::ReceiverFailed(500)),
            (ProblemCode::Unavailable, Cause::ReceiverFailed(503)),
        ];
        for (code, expected) in cases {
            assert_eq!(cause(&problem(code)), expected);
        }
        assert_eq!(cause(&answer(502, "")), Cause::ReceiverFailed(502));
        assert_eq!(cause(&answer(407, "")), Cause::ProxyPassword);
        assert_eq!(cause(&answer(308, "")), Cause::Redirected(308));
    }

    #[test]
    fn only_a_receiver_that_does_not_believe_us_tells_its_clock() {
        let date = Timestamp::parse("2026-01-02T03:04:05Z").ok();
        let told = |answer: Answer| cause(&Answer { date, ..answer }).receiver_clock();
        assert_eq!(told(problem(ProblemCode::NotAuthenticated)), date);
        assert_eq!(told(problem(ProblemCode::Internal)), None);
        assert_eq!(told(answer(401, "<html>log in first</html>")), None, "a portal's clock is no receiver's");
    }

    #[test]
    fn only_the_receiver_s_word_about_this_device_is_a_revocation() {
        let (ours, other) = ("flow-7".parse().unwrap(), "flow-8".parse().unwrap());
        let good = answer(200, r#"{"revoked":"flow-7"}"#);
        assert_eq!(good.revocation(&ours), Ok(()));
        let portal = answer(200, "<html>Welcome to the guest network</html>");
        for (bad, device) in [(&good, &other), (&portal, &ours), (&answer(204, ""), &ours)] {
            assert_eq!(bad.revocation(device), Err(Trouble::retry(Cause::NotTheReceiver(bad.status))));
        }
        let older = problem(ProblemCode::BadRequest);
        assert!(
            matches!(older.revocation(&ours), Err(Trouble::Retry { .. })),
            "a receiver without this path"
        );
    }

    #[test]
    fn marks_are_read_or_asked_for_again() {
        let now = "2026-01-02T03:04:05Z";
        let good = answer(200, format!(r#"{{"marks":[],"now":"{now}"}}"#));
        assert_eq!(good.marks().unwrap().marks, []);
        for bad in [answer(200, "<html>"), answer(500, ""), problem(ProblemCode::NotAuthenticated)] {
            assert!(matches!(bad.marks(), Err(Trouble::Retry { .. })));
        }
    }
}
