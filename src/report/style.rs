//! How a report for people looks: width, colours, links and signs. All of it follows from the
//! terminal and from what the user asks for, and is the same for every kind of report.

use owo_colors::Style as Paint;

/// How a report looks, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Coloured with escape sequences.
    pub colour: Colour,
    /// Clickable links.
    pub links: Links,
    /// The signs that frames and bars are drawn with.
    pub signs: Signs,
    /// A file or a terminal.
    pub destination: Destination,
}

/// Where a report goes. A file says in its first lines what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Terminal,
    /// A file.
    File,
}

/// Whether escape sequences for colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The sixteen colours of the terminal's own theme.
    Ansi,
    /// None.
    Off,
}

/// Whether codes are links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Escape sequences that make a text clickable.
    Clickable,
    /// None.
    Off,
}

/// What frames and bars are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// Box drawing characters.
    Unicode,
    /// Plain ASCII.
    Ascii,
}

impl Style {
    /// Plain text of a width, for a file.
    pub fn plain(width: usize) -> Self {
        Self { width, colour: Colour::Off, links: Links::Off, signs: Signs::Unicode, destination: Destination::File }
    }

    /// For headings.
    pub fn strong(self) -> Paint {
        self.coloured(Paint::new().bold())
    }

    /// For what may be passed over.
    pub fn faint(self) -> Paint {
        self.coloured(Paint::new().dimmed())
    }

    /// For what is wrong.
    pub fn bad(self) -> Paint {
        self.coloured(Paint::new().red().bold())
    }

    /// For what needs a look.
    pub fn doubtful(self) -> Paint {
        self.coloured(Paint::new().yellow().bold())
    }

    /// For what is as it should be.
    pub fn good(self) -> Paint {
        self.coloured(Paint::new().green())
    }

    fn coloured(self, paint: Paint) -> Paint {
        if self.colour == Colour::Off { Paint::new() } else { paint }
    }
}
