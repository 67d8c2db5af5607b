//! What passes between an engine and a backend beyond the border, as text: `js/own-backend.ts` has the other side.
//!
//! Questions are JSON that reads as the arguments of the methods in `js/backend.ts`, but for commits, which are many and so come in lists:
//!
//! ```text
//! commit   [base version, base revision, is reset, [entry,…], expires at, deltas expire at, count, bytes, after, snapshot]
//! entry    [version, revision, revision before, "delta", time]
//! ```
//! Without a base its version is 0; there may be no snapshot. Answers are as terse, with states and deltas in them as they are:
//!
//! ```text
//! load     nothing, or {"version":7,"revision":"a1-7","deleted":true}, or
//!          {"version":7,"revision":"a1-7","insertedAt":5,"snapshotVersion":6,"snapshot":{…},"tail":[entry,…]}
//! since    same, gone, reload, or [entry,…]           entry as in `stored_text`, with "" where a lineage begins
//! commit   nothing where it is stored, or as since
//! remove   nothing, or {"version":7,"revision":"a1-7"}
//! trim     3
//! expired  c5:hello d3:you t1:x                       kind, bytes of the id, id; without the spaces
//! list     i5:hello i3:you +                          the plus where more follow
//! ```

use crate::Result;
use crate::engine::{Head, Keep, Listed, Page, Revision};
use crate::json::{canonical::write_string, number};

use super::contract::{Answer, Expired, Kind, News, Only, Proposal, Stored};
use super::stored_text::{Fields, parse_entries};
use super::working::broken;

/// A head.
pub fn print_head(head: Head, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"version\":");
    number::write_integer(head.version, out);
    out.extend_from_slice(b",\"revision\":");
    print_revision(Some(head.revision), out);
    out.push(b'}');
}

/// What is to be committed.
pub fn print_proposal(proposal: &Proposal, out: &mut Vec<u8>) {
    let (version, revision) = match proposal.base {
        Some(base) => (base.version, Some(base.revision)),
        None => (0, None),
    };
    out.push(b'[');
    number::write_integer(version, out);
    out.push(b',');
    print_revision(revision, out);
    out.extend_from_slice(if proposal.reset { b",1,[" } else { b",0,[" });
    for (place, entry) in proposal.entries.iter().enumerate() {
        out.extend_from_slice(if place > 0 { b",[" } else { b"[" });
        number::write_integer(entry.head.version, out);
        out.push(b',');
        print_revision(Some(entry.head.revision), out);
        out.push(b',');
        print_revision(entry.previous, out);
        out.push(b',');
        print_quoted(&entry.delta, out);
        out.push(b',');
        number::write(entry.at, out);
        out.push(b']');
    }
    out.extend_from_slice(b"],");
    print_time(proposal.expires_at, out);
    out.push(b',');
    print_time(proposal.deltas_expire_at, out);
    let keep = &proposal.keep;
    for bound in [
        keep.count.map(|count| count as f64),
        Some(keep.bytes as f64),
        Some(keep.after),
    ] {
        out.push(b',');
        print_time(bound, out);
    }
    if let Some(snapshot) = &proposal.snapshot {
        out.push(b',');
        print_quoted(snapshot, out);
    }
    out.push(b']');
}

/// What is to be removed.
pub fn print_removal(only: Only, tombstone_until: f64, out: &mut Vec<u8>) {
    match only {
        Only::Head(head) => {
            out.extend_from_slice(b"{\"head\":");
            print_head(head, out);
        }
        Only::ExpiredBefore(before) => {
            out.extend_from_slice(b"{\"expiredBefore\":");
            print_time(Some(before), out);
        }
    }
    out.extend_from_slice(b",\"tombstoneUntil\":");
    print_time(Some(tombstone_until.min(f64::MAX)), out);
    out.push(b'}');
}

/// How to trim a log.
pub fn print_trim(keep: &Keep, deltas_ttl: Option<f64>, out: &mut Vec<u8>) {
    out.push(b'[');
    print_keep(keep, out);
    out.push(b',');
    print_time(deltas_ttl, out);
    out.push(b']');
}

/// What is asked for of what is due.
pub fn print_due(before: f64, limit: usize, out: &mut Vec<u8>) {
    out.push(b'[');
    print_time(Some(before), out);
    out.push(b',');
    number::write_integer(limit as u64, out);
    out.push(b']');
}

/// Which ids to list.
pub fn print_page(page: &Page<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"limit\":");
    number::write_integer(page.limit as u64, out);
    if let Some(cursor) = page.cursor {
        out.extend_from_slice(b",\"cursor\":");
        write_string(cursor, out);
    }
    let order: &[u8] = if page.descending { b"desc" } else { b"asc" };
    out.extend_from_slice(b",\"order\":\"");
    out.extend_from_slice(order);
    out.extend_from_slice(b"\",\"prefix\":");
    write_string(page.prefix, out);
    out.push(b'}');
}

/// Reads what is stored.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_stored(text: &[u8]) -> Result<Option<Stored>> {
    if text.is_empty() {
        return Ok(None);
    }
    read_stored(text)
        .map(Some)
        .map_err(|_| broken("a snapshot that is no object, or a delta that is none"))
}

fn read_stored(text: &[u8]) -> Result<Stored> {
    let fields = Fields::of(text)?;
    let head = fields.head()?;
    if fields.get(b"deleted").is_some() {
        return Ok(Stored::Deleted(head));
    }
    Ok(Stored::Live {
        head,
        at: fields.number(b"insertedAt")?,
        snapshot_version: fields.whole(b"snapshotVersion")?,
        snapshot: fields.get(b"snapshot").unwrap_or_default().into(),
        tail: parse_entries(fields.get(b"tail").unwrap_or_default())?,
    })
}

/// Reads what has happened.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_news(text: &[u8]) -> Result<News> {
    match text {
        b"same" => Ok(News::Same),
        b"gone" => Ok(News::Gone),
        b"reload" => Ok(News::Reload),
        entries => parse_entries(entries)
            .map(News::Tail)
            .map_err(|_| broken("entries that can't be read")),
    }
}

/// Reads what became of a proposal.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_answer(text: &[u8]) -> Result<Answer> {
    match text {
        b"" => Ok(Answer::Stored),
        news => parse_news(news).map(Answer::Conflict),
    }
}

/// Reads a head, or nothing.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_head(text: &[u8]) -> Result<Option<Head>> {
    if text.is_empty() {
        return Ok(None);
    }
    let head = Fields::of(text).and_then(|fields| fields.head());
    head.map(Some)
        .map_err(|_| broken("a head that can't be read"))
}

/// Reads a number of things.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_count(text: &[u8]) -> Result<u64> {
    let count = number::parse(text).filter(|count| *count >= 0.0);
    count
        .map(|count| count as u64)
        .ok_or_else(|| broken("something else than a number"))
}

/// Reads what is due.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_expired(text: &[u8]) -> Result<Vec<Expired>> {
    let due = ids(text).map(|item| {
        let (kind, id) = item.ok_or_else(|| broken("ids that can't be read"))?;
        let kind = match kind {
            b'c' => Kind::Context,
            b'd' => Kind::Deltas,
            _ => Kind::Tombstone,
        };
        Ok(Expired {
            id: id.into(),
            kind,
        })
    });
    due.collect()
}

/// Reads a page of ids.
///
/// # Errors
/// `backend_error` for anything else.
pub fn parse_listed(text: &[u8]) -> Result<Listed> {
    let (text, more) = match text.strip_suffix(b"+") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let found = ids(text).map(|item| {
        let (_, id) = item.ok_or_else(|| broken("ids that can't be read"))?;
        Ok(id.into())
    });
    Ok(Listed {
        ids: found.collect::<Result<_>>()?,
        more,
    })
}

/// Marked ids, one behind the other; none, and then the end, where there is something else.
fn ids(mut text: &[u8]) -> impl Iterator<Item = Option<(u8, &[u8])>> {
    core::iter::from_fn(move || {
        let (mark, rest) = text.split_first()?;
        text = b"";
        let Some(colon) = rest.iter().position(|byte| *byte == b':') else {
            return Some(None);
        };
        let (length, rest) = rest.split_at(colon);
        let length = number::parse(length).map_or(usize::MAX, |length| length as usize);
        let Some((id, others)) = rest[1..].split_at_checked(length) else {
            return Some(None);
        };
        text = others;
        Some(Some((*mark, id)))
    })
}

fn print_revision(revision: Option<Revision>, out: &mut Vec<u8>) {
    out.push(b'"');
    if let Some(revision) = revision {
        revision.write(out);
    }
    out.push(b'"');
}

/// A time, or null where there is none or it never comes.
fn print_time(time: Option<f64>, out: &mut Vec<u8>) {
    match time.filter(|time| time.is_finite()) {
        Some(time) => number::write(time, out),
        None => out.extend_from_slice(b"null"),
    }
}

fn print_keep(keep: &Keep, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"count\":");
    print_time(keep.count.map(|count| count as f64), out);
    out.extend_from_slice(b",\"bytes\":");
    print_time(Some(keep.bytes as f64), out);
    out.extend_from_slice(b",\"after\":");
    print_time(Some(keep.after), out);
    out.push(b'}');
}

/// JSON text as a JSON string. It has no control characters, which JSON spells out.
fn print_quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for part in text.split_inclusive(|byte| matches!(byte, b'"' | b'\\')) {
        match part.split_last() {
            Some((last @ (b'"' | b'\\'), before)) => {
                out.extend_from_slice(before);
                out.extend_from_slice(&[b'\\', *last]);
            }
            _ => out.extend_from_slice(part),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_bytes_are_read_and_what_is_none_is_refused() {
        let due = parse_expired("c3:a:bd0:t4:\u{1F600}".as_bytes()).unwrap();
        let told: Vec<(Kind, &[u8])> = due.iter().map(|due| (due.kind, &*due.id)).collect();
        assert_eq!(
            told,
            [
                (Kind::Context, &b"a:b"[..]),
                (Kind::Deltas, b""),
                (Kind::Tombstone, "\u{1F600}".as_bytes())
            ]
        );
        for other in [
            "c",
            "c3",
            "c3:ab",
            "cx:ab",
            "c-1:a",
            "c99999999999999999999:a",
        ] {
            assert!(parse_expired(other.as_bytes()).is_err(), "{other}");
        }
        let listed = parse_listed(b"i1:+i1:a+").unwrap();
        assert!(listed.more && *listed.ids[0] == *b"+" && *listed.ids[1] == *b"a");
        assert!(!parse_listed(b"i1:a").unwrap().more);
    }

    #[test]
    fn text_becomes_a_string_that_reads_as_the_same_text() {
        let text = r#"{"a\"b\\":"\\\"\n","\\":["\"",""]}"#;
        let mut out = Vec::new();
        print_quoted(text.as_bytes(), &mut out);
        let read: String = serde_json::from_slice(&out).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn what_is_stored_is_read_or_refused() {
        assert_eq!(parse_stored(b"").unwrap(), None);
        let gone = parse_stored(br#"{"version":3,"revision":"a-2","deleted":true}"#).unwrap();
        assert!(matches!(gone, Some(Stored::Deleted(head)) if head.version == 3));
        let there = br#"{"version":2,"revision":"a-2","insertedAt":1.5,"snapshotVersion":1,"snapshot":{"a":1},"tail":[[1,"a-1","",1,{}],[2,"a-2","a-1",1.5,{"a":{"action":"modified","value":2}}]]}"#;
        let Some(Stored::Live { tail, snapshot, .. }) = parse_stored(there).unwrap() else {
            panic!("there is a context");
        };
        assert_eq!((tail[0].previous, tail.len()), (None, 2));
        assert_eq!(snapshot, br#"{"a":1}"#);
        for other in [&b"[]"[..], b"{}", b"null", br#"{"version":3,"revision":3}"#] {
            assert!(parse_stored(other).is_err());
        }
    }
}
