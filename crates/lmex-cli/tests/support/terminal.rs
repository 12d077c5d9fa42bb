//! A command on a terminal: what it shows, and what is typed.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};

use pty_process::Size;
use pty_process::blocking::{Pty, open};
use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, Place};

/// A command that runs on a terminal of its own.
pub(crate) struct Terminal {
    pty: Pty,
    child: Child,
    seen: String,
    /// Dropped when the command has ended; until then somebody watches how long it takes.
    _watched: Sender<()>,
}

/// What a command has shown, and how it ended.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) status: ExitStatus,
}

impl Place {
    /// Runs `lmex` on a terminal of 24 lines and so many columns.
    pub(crate) fn on_terminal(&self, variables: &[(&str, &str)], columns: u16, line: &str) -> Terminal {
        Terminal::start(self.command(variables, line), columns)
    }
}

impl Terminal {
    fn start(command: Command, columns: u16) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(24, columns)).unwrap();
        let child = pty_process::blocking::Command::from(command).spawn(pts).unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        let (watched, ended) = channel();
        std::thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Self { pty, child, seen: String::new(), _watched: watched }
    }

    /// Waits until it has shown these words.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, words: &str) {
        while !self.seen.contains(words) {
            assert!(self.read(), "it has ended without {words:?}\n{}", self.seen);
        }
    }

    /// Types; `\x03` is Ctrl-C and `\x04` Ctrl-D.
    pub(crate) fn type_in(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn wait(mut self) -> Shown {
        while self.read() {}
        let status = self.child.wait().unwrap();
        Shown { text: std::mem::take(&mut self.seen), status }
    }

    /// Reads what there is; `false` at the end, which some systems report as an error.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4_096];
        let read = self.pty.read(&mut buffer).unwrap_or(0);
        self.seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
        read > 0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed half-way leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
