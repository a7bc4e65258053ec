//! A client for the two messages of the SSH agent protocol that usher needs: list keys, sign
//! (draft-miller-ssh-agent §4.4, §4.5). Own code: docs/adr/0005.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::sshsig::{self, Key};

/// SSH_AGENTC_REQUEST_IDENTITIES.
const REQUEST_IDENTITIES: u8 = 11;
/// SSH_AGENT_IDENTITIES_ANSWER.
const IDENTITIES_ANSWER: u8 = 12;
/// SSH_AGENTC_SIGN_REQUEST.
const SIGN_REQUEST: u8 = 13;
/// SSH_AGENT_SIGN_RESPONSE.
const SIGN_RESPONSE: u8 = 14;
/// Longest answer that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// A person may have to touch a token: how long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the agent.
pub struct Agent(UnixStream);

fn failed(detail: impl Into<String>) -> Diagnostic {
    Diagnostic::new("AGENT-001", "the ssh agent did not answer as expected", detail)
        .hint("start one and add your key: eval $(ssh-agent) && ssh-add, or sign with --key FILE")
}

impl Agent {
    /// Connects to the socket that `SSH_AUTH_SOCK` names.
    ///
    /// # Errors
    /// `AGENT-001` if nobody listens there.
    pub fn connect(socket: &Path) -> Result<Agent, Diagnostic> {
        let stream = UnixStream::connect(socket).map_err(|e| failed(format!("{}: {e}", socket.display())))?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(|e| failed(e.to_string()))?;
        Ok(Agent(stream))
    }

    /// The keys that it holds and that can sign decisions; others (RSA, certificates) are left out.
    ///
    /// # Errors
    /// `AGENT-001`.
    pub fn keys(&mut self) -> Result<Vec<Key>, Diagnostic> {
        let answer = self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER)?;
        let mut rest = answer.as_slice();
        let count = take_number(&mut rest)?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let blob = take_text(&mut rest)?;
            take_text(&mut rest)?;
            keys.extend(Key::from_blob(blob));
        }
        Ok(keys)
    }

    /// Signs a decision message; the answer is a `.sig` file.
    ///
    /// # Errors
    /// `AGENT-001` if the agent refuses (a locked agent, a key that needs a touch).
    pub fn sign(&mut self, key: &Key, message: &[u8]) -> Result<String, Diagnostic> {
        let mut request = vec![SIGN_REQUEST];
        put_text(&mut request, &key.blob());
        put_text(&mut request, &sshsig::to_be_signed(message));
        request.extend_from_slice(&0u32.to_be_bytes());
        let answer = self.ask(&request, SIGN_RESPONSE)?;
        let signature = take_text(&mut answer.as_slice())?.to_vec();
        sshsig::wrap_agent(key, &signature, message).map_err(|e| failed(e.to_string()))
    }

    fn ask(&mut self, request: &[u8], expected: u8) -> Result<Vec<u8>, Diagnostic> {
        let mut framed = Vec::with_capacity(request.len() + 4);
        put_text(&mut framed, request);
        self.0.write_all(&framed).map_err(|e| failed(e.to_string()))?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length).map_err(|e| failed(e.to_string()))?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 || length > LONGEST {
            return Err(failed(format!("an answer of {length} bytes")));
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).map_err(|e| failed(e.to_string()))?;
        match answer.split_first() {
            Some((kind, rest)) if *kind == expected => Ok(rest.to_vec()),
            _ => Err(failed("it refused (a locked agent, or a key that asks for a touch?)")),
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(text);
}

fn take_number(rest: &mut &[u8]) -> Result<u32, Diagnostic> {
    let (head, tail) = rest.split_first_chunk::<4>().ok_or_else(|| failed("the answer ends early"))?;
    *rest = tail;
    Ok(u32::from_be_bytes(*head))
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Diagnostic> {
    let length = take_number(rest)? as usize;
    let (head, tail) = rest.split_at_checked(length).ok_or_else(|| failed("the answer ends early"))?;
    *rest = tail;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    /// An agent that holds one key and refuses to sign.
    fn refusing(blob: Vec<u8>) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("usher-agent-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let socket = dir.join("s");
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for _ in 0..2 {
                let mut length = [0; 4];
                stream.read_exact(&mut length).unwrap();
                let mut request = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut request).unwrap();
                let answer = if request[0] == REQUEST_IDENTITIES {
                    let mut answer = vec![IDENTITIES_ANSWER, 0, 0, 0, 2];
                    put_text(&mut answer, &blob);
                    put_text(&mut answer, b"comment");
                    put_text(&mut answer, b"not a key");
                    put_text(&mut answer, b"");
                    answer
                } else {
                    vec![5]
                };
                let mut framed = Vec::new();
                put_text(&mut framed, &answer);
                stream.write_all(&framed).unwrap();
            }
        });
        socket
    }

    #[test]
    fn keys_are_listed_and_a_refusal_is_said() {
        let key = sshsig::Signer::from_seed(&[7; 32]).key().unwrap();
        let socket = refusing(key.blob());
        let mut agent = Agent::connect(&socket).unwrap();
        assert_eq!(agent.keys().unwrap().len(), 1);
        assert_eq!(agent.sign(&key, b"m").unwrap_err().code, "AGENT-001");
        assert_eq!(Agent::connect(Path::new("/nowhere/agent")).err().unwrap().code, "AGENT-001");
    }
}
