//! What a store or a network can do wrong. Engines could never make up for most of it: simulations must find that.

/// A breach of the contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    /// A commit is accepted on another revision of the base's version.
    ComparesVersions,
    /// A commit is accepted on anything.
    ComparesNothing,
    /// A commit that isn't a reset is accepted on a tombstone.
    FollowsTombstones,
    /// Of commits that come together, the last is not stored.
    StoresHalf,
    /// `since` says "same" for another revision of the version.
    SameByVersion,
    /// `since` tells the entries after a version, whether they lead on from its revision or not. Engines look at that themselves.
    TailByNumber,
    /// A removal by head takes whatever is there.
    RemovesAnything,
    /// A removal by expiry takes what has been written to again meanwhile.
    ExpiresTheRenewed,
    /// A deletion leaves no tombstone.
    ForgetsTheDeleted,
    /// Logs are trimmed beyond the snapshot.
    TrimsTooMuch,
    /// Logs aren't trimmed.
    NeverTrims,
    /// After a restart the latest commits are gone, as if nobody had been told of them.
    LosesSilently,
    /// `load` and `since` are answered with what was there a while ago.
    ReadsOldStates,
    /// A commit counts as stored once it has been sent.
    AcknowledgesEarly,
    /// The answer to a second sending is told as if there had been no first.
    HidesResends,
}
