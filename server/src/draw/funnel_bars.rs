//! Participation funnel: enrolled → consented → present → started → finished → valid, each with count and percent of
//! *enrolled* (D-02).

use super::canvas::{Canvas, Ink};
use super::figure::{self, About, Count, Share, Story};
use super::palette;
use super::scale::Scale;
use super::{DrawError, Figure, Frame, Reading, Size, Table, text, words};

/// One step of the funnel.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelStep {
    /// Name: `Consented`.
    pub label: String,
    /// Pupils who reached it, as published.
    pub count: Count,
    /// Percent of the first step, as published; ignored for a hidden count. `None` for the first step.
    pub share: Option<Share>,
}

/// Input of [`funnel_bars`].
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelBars {
    /// Steps; the first is what the others are a part of.
    pub steps: Vec<FunnelStep>,
    /// Completes "88% of enrolled pupils …" for the title: `gave valid answers`.
    pub outcome: String,
    /// Measure, source, window, note on non-response.
    pub about: About,
}

/// Draws the participation funnel.
///
/// # Errors
/// [`DrawError::Data`] when there is no step, or a step is larger than the first.
pub fn funnel_bars(frame: &Frame, input: &FunnelBars) -> Result<Figure, DrawError> {
    let Some(first) = input.steps.first() else {
        return Err(DrawError::Data("the funnel has no step".to_owned()));
    };
    if let Count::Shown(all) = first.count {
        let larger = input.steps.iter().find(|s| matches!(s.count, Count::Shown(n) if n > all));
        if let Some(step) = larger {
            return Err(DrawError::Data(format!("“{}” is larger than “{}”", step.label, first.label)));
        }
    }
    let n = match first.count {
        Count::Shown(n) => Some(n),
        Count::Hidden => None,
    };
    let story = Story {
        title: title(input),
        subtitle: input.about.subtitle(n),
        summary: summary(input),
        note: input.about.note.clone(),
        table: table(input),
    };
    figure::figure(frame, story, |size| draw(input, size, frame.reading))
}

/// `7,903 (94%)`, or the words of a hidden cell.
pub(super) fn value(step: &FunnelStep) -> String {
    match (step.count, step.share) {
        (Count::Hidden, _) => figure::hidden(),
        (Count::Shown(0), _) => "0".to_owned(),
        (Count::Shown(n), None) => text::count(n),
        (Count::Shown(n), Some(share)) => format!("{} ({})", text::count(n), share.text()),
    }
}

fn title(input: &FunnelBars) -> String {
    let last = input.steps.last().filter(|_| input.steps.len() > 1);
    match last {
        Some(FunnelStep { count: Count::Shown(_), share: Some(share), .. }) => {
            format!("{} of {} pupils {}", share.text(), first_word(input), input.outcome)
        }
        _ if first_word(input) == "enrolled" => "Who took part".to_owned(),
        _ => input.about.measure.clone(),
    }
}

fn first_word(input: &FunnelBars) -> String {
    input.steps.first().map(|s| s.label.to_lowercase()).unwrap_or_default()
}

fn summary(input: &FunnelBars) -> String {
    let steps: Vec<_> = input.steps.iter().map(|s| format!("{}: {}", s.label, value(s))).collect();
    format!("Percentages are of {} pupils. {}.", first_word(input), steps.join("; "))
}

fn table(input: &FunnelBars) -> Table {
    let rows = input
        .steps
        .iter()
        .map(|s| match s.count {
            Count::Hidden => vec![s.label.clone(), figure::hidden(), figure::hidden()],
            Count::Shown(n) => {
                vec![s.label.clone(), text::count(n), s.share.map_or_else(|| "100%".to_owned(), Share::text)]
            }
        })
        .collect();
    Table {
        caption: input.about.measure.clone(),
        headers: vec!["Step".to_owned(), "Pupils".to_owned(), format!("Share of {}", first_word(input))],
        rows,
    }
}

pub(super) fn draw(input: &FunnelBars, size: Size, reading: Reading) -> (Canvas, f64) {
    let mut canvas = Canvas::default();
    let font = size.font();
    let line = font * 1.3;
    let widest =
        |words: &mut dyn Iterator<Item = String>| words.map(|w| text::width(&w, font)).fold(0.0, f64::max);
    let (left, right) = match size {
        Size::Narrow => (0.0, size.width() - 2.0),
        Size::Wide => {
            let values = widest(&mut input.steps.iter().filter(|s| s.count != Count::Hidden).map(value));
            let labels = widest(&mut input.steps.iter().map(|s| s.label.clone())).clamp(60.0, 200.0);
            (labels + 14.0, size.width() - values - 14.0)
        }
    };
    let all = input
        .steps
        .iter()
        .filter_map(|s| if let Count::Shown(n) = s.count { Some(n) } else { None })
        .max()
        .unwrap_or(1)
        .max(1);
    let x = Scale::new((0.0, all as f64), (left, right));
    let mut y = 4.0;
    for step in &input.steps {
        let room = match size {
            Size::Wide => left - 14.0,
            Size::Narrow => size.width(),
        };
        // On narrow screens the value shares the label's last line where both fit.
        let value_width = text::width(&value(step), font) + 12.0;
        let label = match size {
            Size::Narrow if step.count != Count::Hidden => text::wrap(&step.label, font, room - value_width),
            _ => text::wrap(&step.label, font, room),
        };
        let words = label.len() as f64 * line;
        let (bar_top, bar_bottom, row) = match size {
            // Rows keep at least 2 px of white between bars (D-12).
            Size::Wide => {
                let row = f64::max(34.0, words + 10.0);
                (y + row / 2.0 - 13.0, y + row / 2.0 + 13.0, row)
            }
            Size::Narrow => (y + words + 2.0, y + words + 22.0, words + 32.0),
        };
        let middle = (bar_top + bar_bottom) / 2.0;
        let first_line = match size {
            Size::Wide => y + row / 2.0 - (label.len() as f64 - 1.0) * line / 2.0,
            Size::Narrow => y + line / 2.0,
        };
        canvas.point(reading, &format!("{}: {}", step.label, value(step)), |c| {
            c.lines((0.0, first_line), &label, Ink::new(font), line);
            match step.count {
                Count::Shown(n) => {
                    c.fill((left, bar_top), (right, bar_bottom), palette::HEAT[0]);
                    c.fill((left, bar_top), (x.at(n as f64), bar_bottom), palette::NAVY);
                    let at = match size {
                        Size::Wide => (size.width() - 2.0, middle),
                        Size::Narrow => (size.width() - 2.0, y + words - line / 2.0),
                    };
                    c.text(at, value(step), Ink::new(font).bold().end());
                }
                Count::Hidden => {
                    c.hatch((left, bar_top), (right, bar_bottom));
                    let half = text::width(words::TOO_FEW, size.small()) / 2.0 + 5.0;
                    let centre = (left + right) / 2.0;
                    c.fill(
                        (centre - half, bar_top + 2.0),
                        (centre + half, bar_bottom - 2.0),
                        palette::SURFACE,
                    );
                    c.text((centre, middle), words::TOO_FEW, Ink::new(size.small()).muted().middle());
                }
            }
        });
        y += row;
    }
    (canvas, y + 4.0)
}
