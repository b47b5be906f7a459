/// How long the heartbeats of owners on other hosts have stood still, by this process's own clock.
///
/// Clocks of hosts differ, and are set. So a heartbeat is never compared with a time of this host, but only with the one that was seen
/// before: an owner counts as gone when its heartbeat has not changed for as long as the limit, since it was first seen here.
struct HeartbeatWatch {
  /// One attempt at a trial.
  private struct Key: Hashable {
    let trial: Int64
    let attempt: Int
    let owner: String
  }

  /// A heartbeat, and when it had been seen for the first time.
  private struct Sighting {
    let heartbeat: String?
    let since: SuspendingClock.Instant
  }

  private var sightings: [Key: Sighting] = [:]

  /// Takes in what a look at the database found, and returns those whose heartbeat has stood still for longer than the limit.
  ///
  /// A process may be paused in the middle of a look. So a sighting counts from the end of the look that made it to the beginning of
  /// the next: the time that the heartbeat has stood still for at least.
  ///
  /// - Parameter trials: All that run, of owners whose life can only be told from heartbeats.
  mutating func silent(
    among trials: [OwnedTrial], for limit: Duration, began: SuspendingClock.Instant, ended: SuspendingClock.Instant
  ) -> [OwnedTrial] {
    var seen: [Key: Sighting] = [:]
    defer { sightings = seen }
    return trials.filter { trial in
      let key = Key(trial: trial.id, attempt: trial.attempt, owner: trial.owner)
      if let last = sightings[key], last.heartbeat == trial.heartbeat {
        seen[key] = last
        return began - last.since > limit
      }
      seen[key] = Sighting(heartbeat: trial.heartbeat, since: ended)
      return false
    }
  }
}
