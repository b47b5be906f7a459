/// How long the heartbeats of owners on other hosts have been unchanged, by this process's own clock.
///
/// The clocks of hosts differ and can be changed. So a heartbeat is never compared with this host's time, but only with the previously
/// seen heartbeat: an owner counts as dead when its heartbeat has not changed for the time limit since it was first seen here.
struct HeartbeatWatch {
  /// One attempt at a trial.
  private struct Key: Hashable {
    let trial: Int64
    let attempt: Int
    let owner: String
  }

  /// A heartbeat, and when it was first seen.
  private struct Sighting {
    let heartbeat: String?
    let connection: Int
    let since: SuspendingClock.Instant
  }

  private var sightings: [Key: Sighting] = [:]

  /// Records the heartbeats just read, and returns the trials whose heartbeat has been unchanged for longer than the limit.
  ///
  /// A process may be paused while it reads. So the time counts from the end of the read that first saw the heartbeat to the beginning
  /// of this one: the heartbeat has been unchanged for at least that long.
  ///
  /// - Parameter trials: All running trials of owners that only a heartbeat can show to be alive.
  /// - Parameter connection: The number of the connection to the database. What was seen over an earlier one does not count: the server
  ///   may have been away, for the owners as well.
  mutating func silent(
    among trials: [OwnedTrial], for limit: Duration, connection: Int = 1, began: SuspendingClock.Instant,
    ended: SuspendingClock.Instant
  ) -> [OwnedTrial] {
    var seen: [Key: Sighting] = [:]
    defer { sightings = seen }
    return trials.filter { trial in
      let key = Key(trial: trial.id, attempt: trial.attempt, owner: trial.owner)
      if let last = sightings[key], last.heartbeat == trial.heartbeat, last.connection == connection {
        seen[key] = last
        return began - last.since > limit
      }
      seen[key] = Sighting(heartbeat: trial.heartbeat, connection: connection, since: ended)
      return false
    }
  }
}
