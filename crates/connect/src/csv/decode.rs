//! UTF-16 and Windows-1252 as UTF-8, so that there is one scanner.

use std::io::{self, Read};
use std::ops::Range;

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::bytes::Encoding;

/// A byte that UTF-8 doesn't have. It stands for what can't be decoded; the record it is in is set aside, and no `U+FFFD` is made up.
const NO_TEXT: u8 = 0xff;

/// Bytes that are decoded at a time.
const CHUNK: usize = 64 << 10;

/// Decodes while reading.
pub(super) struct Decoder<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// What of `text` is not given yet.
    left: Range<usize>,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(input: R, encoding: Encoding) -> Self {
        let of = match encoding {
            Encoding::Utf8 => UTF_8,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            Encoding::Windows1252 => WINDOWS_1252,
        };
        let decoder = of.new_decoder_without_bom_handling();
        Decoder { input, decoder, raw: vec![0; CHUNK], text: Vec::new(), left: 0..0, ended: false }
    }

    fn decode_some(&mut self) -> io::Result<()> {
        let n = self.input.read(&mut self.raw)?;
        self.ended = n == 0;
        let mut from = 0;
        let mut to = 0;
        loop {
            let raw = &self.raw[from..n];
            let room = self.decoder.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(raw.len() * 4 + 16) + 1;
            if self.text.len() < to + room {
                self.text.resize(to + room, 0);
            }
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text[to..], self.ended);
            from += read;
            to += written;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    if self.text.len() == to {
                        self.text.push(0);
                    }
                    self.text[to] = NO_TEXT;
                    to += 1;
                }
            }
        }
        self.left = 0..to;
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            if self.ended {
                return Ok(0);
            }
            self.decode_some()?;
        }
        let n = out.len().min(self.left.len());
        out[..n].copy_from_slice(&self.text[self.left.start..self.left.start + n]);
        self.left.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut out = Vec::new();
        Decoder::new(bytes, encoding).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn utf16_and_windows_1252_become_utf8() {
        let little: Vec<u8> = "Dörte;€😀\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Dörte;€😀\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little, Encoding::Utf16Le), "Dörte;€😀\n".as_bytes());
        assert_eq!(decode(&big, Encoding::Utf16Be), "Dörte;€😀\n".as_bytes());
        assert_eq!(decode(b"D\xf6rte;\x80", Encoding::Windows1252), "Dörte;€".as_bytes());
    }

    #[test]
    fn what_is_no_text_comes_as_a_byte_that_utf8_does_not_have() {
        let lone: Vec<u8> = [0x61_u16, 0xd800, 0x62].into_iter().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&lone, Encoding::Utf16Le), b"a\xffb");
        assert_eq!(decode(b"a\0b", Encoding::Utf16Le), b"a\xff", "half a character at the end");
    }
}
