//! What a proctor says and does: beside the board, short enough to read while standing.

use leptos::prelude::*;

/// The script.
#[component]
pub(super) fn Script() -> AnyView {
    view! {
        <section class="card" aria-labelledby="script-head">
            <h2 id="script-head">"What to say and do"</h2>
            <div class="prose">
                <h3>"Before"</h3>
                <ul>
                    <li>"Spread the desks, and turn the screens so that nobody sees another one."</li>
                    <li>"Give each student their own card. Keep the cards of those who are away."</li>
                    <li>"Know where the counselor on duty is now."</li>
                </ul>
            </div>
            <div class="prose">
                <h3>"Read aloud"</h3>
                <p>
                    "“Today’s check-in asks how you have been. It is not a test, and nothing is right or wrong. You may \
                    leave out any question, and you may stop. I do not see your answers. If you would like to talk to \
                    somebody, say so on the last page or raise your hand.”"
                </p>
            </div>
            <div class="prose">
                <h3>"While they answer"</h3>
                <ul>
                    <li>"Stay where you cannot see the screens. Do not walk round."</li>
                    <li>"Help with the device, never with an answer. You may read a question aloud as it stands."</li>
                    <li>"Do not ask why somebody stops or does not take part."</li>
                </ul>
            </div>
            <div class="prose">
                <h3>"If a student is upset"</h3>
                <ul>
                    <li>"Go to them calmly and offer to step out together. Do not leave them alone."</li>
                    <li>"Call the counselor on duty. Say who and where, not why."</li>
                    <li>"If somebody is in danger, call the emergency number first."</li>
                </ul>
            </div>
        </section>
    }
    .into_any()
}
