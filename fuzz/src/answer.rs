//! What a backend of somebody's own answers, as text: refused as `backend_error`, or read.

use chord::Code;
use chord::Result;
use chord::backend::contract_text::{
    parse_answer, parse_count, parse_expired, parse_head, parse_listed, parse_news, parse_stored,
};
use chord::backend::stored_text::{parse_entries, print_entries};
use chord::backend::{Answer, News, Stored};

use crate::lines;

/// See the module.
pub fn check(input: &[u8]) {
    let Some([answer]) = lines(input) else {
        return;
    };
    let answer = answer.as_slice();
    if let Some(Some(Stored::Live { tail, .. })) = read(parse_stored(answer)) {
        assert_eq!(parse_entries(&print_entries(&tail)).unwrap(), tail);
    }
    let news = read(parse_news(answer));
    if !answer.is_empty() {
        assert_eq!(
            read(parse_answer(answer)),
            news.clone().map(Answer::Conflict)
        );
    }
    if let Some(News::Tail(entries)) = news {
        assert_eq!(parse_entries(&print_entries(&entries)).unwrap(), entries);
    }
    read(parse_head(answer));
    read(parse_count(answer));
    // An id takes its mark, its length, a colon and its bytes.
    let most = answer.len() / 3;
    if let Some(due) = read(parse_expired(answer)) {
        assert!(due.len() <= most);
    }
    if let Some(listed) = read(parse_listed(answer)) {
        assert!(listed.ids.len() <= most);
    }
}

fn read<T>(answer: Result<T>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            assert_eq!(error.code(), Code::BackendError, "{error}");
            None
        }
    }
}
