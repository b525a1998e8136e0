use super::*;

const OPENAPI: &str = "
info:
  title: Small API
  description: Every widget belongs to exactly one owner, and can be handed on.
paths:
  /widgets:
    get:
      summary: List widgets
components:
  schemas:
    Widget:
      properties:
        description: { type: string, description: 'A note of at most eighty characters, shown in lists' }
";

#[test]
fn prose_is_found_at_every_depth() {
    let prose = Prose::of(OPENAPI).unwrap();
    // 12 words and 10 words in runs of six.
    assert_eq!(prose.len(), 7 + 5);
}

#[test]
fn six_words_in_a_row_are_a_repetition_whatever_stands_between_them() {
    let prose = Prose::of(OPENAPI).unwrap();
    let comment = "/// every Widget belongs\n/// to exactly one user";
    assert_eq!(
        prose.repeated_in(comment),
        ["every widget belongs to exactly one"]
    );
    assert!(prose.repeated_in("widgets belong to one owner").is_empty());
}

#[test]
fn five_words_in_a_row_are_not() {
    let prose = Prose::of(OPENAPI).unwrap();
    assert!(
        prose
            .repeated_in("it belongs to exactly one owner today")
            .is_empty()
    );
}
