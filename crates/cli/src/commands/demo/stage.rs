//! How the story is told: at reading speed on a terminal, straight through in a pipe.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use crate::outside::Bars;
use crate::render::{Look, Screen, paint, wrapped};

/// How long a person reads one line.
const LINE: Duration = Duration::from_millis(50);
/// How long a person looks at a heading.
const HEADING: Duration = Duration::from_millis(300);

/// The stage.
pub(super) struct Stage {
    pub(super) screen: Screen,
    /// What draws progress meanwhile; it leaves the screen before a line of the story.
    pub(super) bars: Option<Arc<Bars>>,
    pace: bool,
    station: u32,
}

impl Stage {
    pub(super) fn new(screen: Screen, yes: bool) -> Stage {
        let pace = screen.interactive && std::io::stdin().is_terminal() && !yes;
        Stage { screen, bars: None, pace, station: 0 }
    }

    async fn wait(&self, span: Duration) {
        if self.pace {
            tokio::time::sleep(span).await;
        }
    }

    /// A station of the corridor begins.
    pub(super) async fn station(&mut self, title: &str) {
        self.station += 1;
        self.put("");
        self.put(&paint(Look::Strong, &format!("{}. {title}", self.station)));
        self.wait(HEADING).await;
    }

    /// One line, which a terminal shows as several where it is narrow.
    fn put(&self, text: &str) {
        if let Some(bars) = &self.bars {
            bars.clear();
        }
        let width = if self.screen.interactive { self.screen.width } else { usize::MAX };
        for line in wrapped(text, width) {
            self.screen.line(&line);
        }
    }

    /// A line of the story.
    pub(super) async fn say(&self, text: &str) {
        self.put(text);
        self.wait(LINE).await;
    }

    /// What a person would type here.
    pub(super) async fn command(&self, text: &str) {
        self.put(&format!("   {}", paint(Look::Name, &format!("$ {text}"))));
        self.wait(LINE).await;
    }

    /// A paragraph, wrapped to the terminal.
    pub(super) async fn tell(&self, text: &str) {
        let width = self.screen.width.min(100).saturating_sub(3);
        let mut line = String::from("  ");
        for word in text.split_whitespace() {
            if unicode_width::UnicodeWidthStr::width(line.as_str()) + 1 + unicode_width::UnicodeWidthStr::width(word) > width {
                self.say(&line).await;
                line = String::from("  ");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.say(&line).await;
    }
}
