//! What a persona begins with: what each section is for, and what to ask buyers about it. After the five rings of buying
//! insight (A. Revella, “Buyer Personas”, 2015) and the stages of the buying journey.

use super::model::Section;

/// What a section is for, as long as nothing stands there.
pub const fn purpose(section: Section) -> &'static str {
    match section {
        Section::Trigger => {
            "What happens in the weeks before somebody like this begins to look, and why not a year earlier."
        }
        Section::Success => "What they expect to have afterwards, in their numbers and not in ours.",
        Section::Barrier => "Why they would not buy, or not from us; each with what we answer.",
        Section::Criterion => "By what they compare us with others and with doing nothing.",
        Section::Quote => "Verbatim, one sentence each. Leave names out: everybody here reads this.",
        Section::NotIf => "By what you tell somebody apart who only looks like this persona.",
        Section::Background => "What helps in a talk and stands nowhere else.",
        Section::Need => "What they need to know or to have before they go on.",
        Section::Asks => "What they ask, in their own words.",
        Section::People => "Whom they listen to, inside and outside.",
        Section::Sources => "Where they look things up.",
        Section::Step => "What they do, who takes part, how many weeks it takes.",
    }
}

/// What to ask a buyer about it: somebody who bought or chose another within the last months, and never in a sales call.
pub const fn questions(section: Section) -> &'static [&'static str] {
    match section {
        Section::Trigger => &[
            "Take me back to the day on which you first thought about this. What happened?",
            "Who was the first to say it aloud, and what had it cost until then?",
            "You could have done it a year earlier. What was different now?",
        ],
        Section::Success => &[
            "What did you want to be able to say after a year?",
            "Which number was it to move, and who looks at that number?",
            "What would have made it a personal success for you?",
        ],
        Section::Barrier => &[
            "What made you hesitate? What did others in the house say against it?",
            "Which of the vendors did you drop early, and over what?",
            "What were you told about us before you spoke to us?",
        ],
        Section::Criterion => &[
            "When you compared us, what stood in the columns of the table?",
            "Which of it did you learn to ask for only on the way?",
            "What would you have been ready to pay more for?",
        ],
        Section::Quote => &["How did you explain it to your own boss? Please say it as you said it then."],
        Section::NotIf => &["Who in your field should not do this at all?"],
        Section::Background => &["What else should we have asked?"],
        Section::Need => &["What did you need in your hands before you could go on?"],
        Section::Asks => &["What was the very first thing that you typed or asked? And then?"],
        Section::People => &["Whom did you ask? Who could have said no, and who had to say yes?"],
        Section::Sources => &["Where did you look? What of it did you believe, and what not?"],
        Section::Step => &["Lead me through it, step by step: what did you do next, and how long did it take?"],
    }
}
