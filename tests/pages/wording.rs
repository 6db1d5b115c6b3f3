//! K-01: a band changes how a question looks and nothing of what it says.

use app::pages::student::question::{Sheet, SheetProps};
use leptos::prelude::*;
use questionnaires::library;
use scraper::{Html, Selector};
use server::model::people::AgeBand;
use server::services::check_in::Question;

fn texts(html: &Html, css: &str) -> Vec<String> {
    html.select(&Selector::parse(css).unwrap()).map(|element| element.text().collect()).collect()
}

#[test]
fn every_item_and_choice_is_shown_byte_for_byte_in_every_band_and_language_k_01() {
    let mut shown = 0;
    for instrument in library::all() {
        for language in instrument.languages() {
            let form = instrument.form(language).unwrap();
            for band in AgeBand::ALL {
                for (at, item) in form.items.iter().enumerate() {
                    let question = Question {
                        part: 1,
                        number: at + 1,
                        of: form.items.len(),
                        instructions: form.instructions.clone(),
                        item: item.clone(),
                        recorded: Default::default(),
                        answer: None,
                        copyright: form.copyright.clone(),
                        language: form.language.clone(),
                    };
                    let html = Owner::new().with(|| {
                        let props = SheetProps::builder()
                            .token(String::new())
                            .question(question)
                            .band(band)
                            .note(None);
                        Sheet(props.build()).into_view().to_html()
                    });
                    let html = Html::parse_fragment(&html);
                    let place = format!("{} {language} {band:?} {}", instrument.id, item.id);
                    assert_eq!(texts(&html, "legend h1"), [item.text.as_str()], "{place}");
                    let labels: Vec<&str> = item.choices.iter().map(|choice| choice.label.as_str()).collect();
                    assert_eq!(texts(&html, ".answers .answer-face > span:first-of-type"), labels, "{place}");
                    let stems: Vec<&str> =
                        form.instructions.iter().chain(&item.lead_in).map(String::as_str).collect();
                    assert_eq!(texts(&html, "legend .question-stem"), stems, "{place}");
                    let values: Vec<String> = html
                        .select(&Selector::parse(".answers input").unwrap())
                        .map(|input| input.attr("value").unwrap_or_default().to_owned())
                        .collect();
                    let codes: Vec<String> =
                        item.choices.iter().map(|choice| choice.code.to_string()).collect();
                    assert_eq!(values, codes, "{place}");
                    shown += 1;
                }
            }
        }
    }
    assert!(shown > 1000, "only {shown} questions were looked at");
}
