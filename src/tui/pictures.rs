//! The drawings of a screen: which are drawn, which one a job is drawing, and how wide they may be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::{Command, PictureRequest};
use super::screens::Effect;
use super::theme::Theme;
use crate::view::picture::CellPicture;

/// The drawings of one screen, by name.
#[derive(Debug, Default)]
pub struct Pictures {
    /// The columns and rows that a drawing can take. Without space or colors, nothing is drawn.
    space: (usize, usize),
    /// The finished drawings: `None` if one cannot be drawn.
    drawn: BTreeMap<String, Option<Box<CellPicture>>>,
    /// The drawing that was asked for last.
    requested: Option<PictureRequest>,
}

impl Pictures {
    /// Sets the space for a drawing. A change of it makes all drawings again. A theme without enough colors has no space.
    pub fn set_space(&mut self, theme: Theme, columns: usize, rows: usize) {
        let has_colors = ![Theme::NONE.name, Theme::SIXTEEN.name].contains(&theme.name);
        let space = if has_colors { (columns, rows) } else { (0, 0) };
        if space != self.space {
            *self = Self { space, ..Self::default() };
        }
    }

    /// Returns a finished drawing.
    pub fn get(&self, name: &str) -> Option<&CellPicture> {
        self.drawn.get(name)?.as_deref()
    }

    /// Returns whether one of these drawings still has to be asked for.
    pub fn has_missing<'a>(&self, pictures: impl IntoIterator<Item = (&'a str, &'a Arc<str>)>) -> bool {
        self.missing(pictures).is_some()
    }

    /// Returns the effect that draws the next one of these drawings, if any is missing.
    pub fn request<'a>(&mut self, pictures: impl IntoIterator<Item = (&'a str, &'a Arc<str>)>) -> Option<Effect> {
        let request = self.missing(pictures)?;
        self.requested = Some(request.clone());
        Some(Effect::Do(Command::DrawPicture(request)))
    }

    fn missing<'a>(&self, pictures: impl IntoIterator<Item = (&'a str, &'a Arc<str>)>) -> Option<PictureRequest> {
        let (columns, rows) = self.space;
        let (name, svg) = pictures.into_iter().find(|(name, _)| !self.drawn.contains_key(*name))?;
        let request = PictureRequest { name: name.to_owned(), svg: Arc::clone(svg), columns, rows };
        // While a job draws one, the next one waits.
        (columns > 0 && rows > 0 && self.requested.as_ref() != Some(&request)).then_some(request)
    }

    /// Keeps a drawing, unless the space has changed since it was asked for.
    pub fn take_in(&mut self, request: PictureRequest, picture: Option<Box<CellPicture>>) {
        if self.requested.as_ref() == Some(&request) {
            self.drawn.insert(request.name, picture);
        }
    }
}
