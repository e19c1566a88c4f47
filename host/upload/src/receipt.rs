//! A receiver's receipt for an export: believed only if the receiver's own key has signed it.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use labrelay_model::DeviceName;
use labrelay_model::export::{ExportReceipt, RECEIPT_CONTEXT, RECEIPT_VERSION};

/// Why a receipt is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not two lines of the documented form.
    #[error("this is no receipt of an export, or of a later version")]
    Malformed,
    /// Another key has signed it, or it was changed.
    #[error("the configured receiver has not signed this receipt, or it was changed on its way")]
    NotBelieved,
    /// It is for another PC.
    #[error("this receipt is for the device {0}")]
    OtherDevice(DeviceName),
}

/// Reads a receipt for `device`, signed by `key` (Ed25519).
pub fn read_receipt(text: &str, device: &DeviceName, key: &[u8; 32]) -> Result<ExportReceipt, ReceiptError> {
    let mut lines = text.lines();
    let (Some(payload), Some(signature), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err(ReceiptError::Malformed);
    };
    let signature = STANDARD.decode(signature).map_err(|_| ReceiptError::Malformed)?;
    let signed = [RECEIPT_CONTEXT, payload.as_bytes()].concat();
    UnparsedPublicKey::new(&ED25519, key)
        .verify(&signed, &signature)
        .map_err(|_| ReceiptError::NotBelieved)?;
    let receipt: ExportReceipt = serde_json::from_str(payload).map_err(|_| ReceiptError::Malformed)?;
    if receipt.labrelay_receipt != RECEIPT_VERSION {
        return Err(ReceiptError::Malformed);
    }
    if receipt.device != *device {
        return Err(ReceiptError::OtherDevice(receipt.device));
    }
    Ok(receipt)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn signed(device: &str, context: &[u8], seed: u8) -> (String, [u8; 32]) {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let receipt = ExportReceipt {
            labrelay_receipt: RECEIPT_VERSION,
            device: device.parse().unwrap(),
            landed: Vec::new(),
            refused: Vec::new(),
        };
        let payload = serde_json::to_string(&receipt).unwrap();
        let signature = key.sign(&[context, payload.as_bytes()].concat());
        let text = format!("{payload}\n{}\n", STANDARD.encode(signature));
        (text, key.public_key().as_ref().try_into().unwrap())
    }

    #[test]
    fn only_the_receivers_own_word_for_this_device_is_believed() {
        let device = "flow-7".parse().unwrap();
        let (text, key) = signed("flow-7", RECEIPT_CONTEXT, 1);
        assert!(read_receipt(&text, &device, &key).is_ok());
        let (_, other_key) = signed("flow-7", RECEIPT_CONTEXT, 2);
        assert_eq!(read_receipt(&text, &device, &other_key), Err(ReceiptError::NotBelieved));
        let (without_context, _) = signed("flow-7", b"", 1);
        assert_eq!(read_receipt(&without_context, &device, &key), Err(ReceiptError::NotBelieved));
        let (others, _) = signed("flow-8", RECEIPT_CONTEXT, 1);
        assert!(matches!(read_receipt(&others, &device, &key), Err(ReceiptError::OtherDevice(_))));
        let changed = text.replacen("flow-7", "flow-9", 1);
        assert_eq!(read_receipt(&changed, &device, &key), Err(ReceiptError::NotBelieved));
        for text in ["", "one line", &(text.clone() + "more\n")] {
            assert_eq!(read_receipt(text, &device, &key), Err(ReceiptError::Malformed));
        }
    }
}
