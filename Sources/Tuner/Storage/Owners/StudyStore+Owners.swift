import Locks

/// A running trial, with what is known about its owner after a single read.
struct OwnedTrial: Sendable {
  let id: Int64
  let number: Int
  let attempt: Int
  let owner: String
  let heartbeat: String?

  /// The absolute difference between the heartbeat and this host's time, in seconds; either clock may be wrong.
  let distance: Double

  let life: ProcessIdentity.Life

  /// Whether the owner is dead, or is on another host and seems to be.
  ///
  /// For reports, which read only once; only watching the heartbeat can distinguish a dead owner from a wrong clock.
  func seemsAbandoned(after limit: Duration) -> Bool {
    life == .dead || (life == .unknown && .seconds(distance) > limit)
  }

  /// Whether `others` contains the same attempt with the same heartbeat.
  func isAmong(_ others: [OwnedTrial]) -> Bool {
    others.contains { ($0.id, $0.attempt, $0.owner, $0.heartbeat) == (id, attempt, owner, heartbeat) }
  }

  /// The owner in words.
  var ownerText: String {
    ProcessIdentity(owner)?.words ?? "an unknown process"
  }
}

extension StudyStore {
  /// The running trials of a study with their owners, ordered by number.
  func ownedTrials(of study: Int64, _ db: Connection) throws -> [OwnedTrial] {
    let connected = try Self.connectedOwners(db)
    let rows = try db.rows(
      """
      SELECT id, ordinal, attempt, owner, heartbeat_at,
        \(db.dialect.distance(to: "heartbeat_at")) AS distance
      FROM trial WHERE study_id = ? AND state = 'running' ORDER BY ordinal
      """, [study])
    return try rows.map { row in
      let owner: String = try row["owner"]
      let process = ProcessIdentity(owner)
      var life = process?.life(seenFrom: self.process) ?? .unknown
      if life == .unknown, Self.isConnected(owner, among: connected) { life = .alive }
      return try OwnedTrial(
        id: row["id"], number: row["ordinal"], attempt: row["attempt"], owner: owner, heartbeat: row["heartbeat_at"],
        distance: row["distance"] ?? .infinity, life: life)
    }
  }

  /// The numbers of the processes that the database knows to be connected.
  private static func connectedOwners(_ db: Connection) throws -> Set<Int64> {
    try db.dialect.connectedOwners.map { Set(try db.values(Int64.self, $0)) } ?? []
  }

  private static func isConnected(_ owner: String, among numbers: Set<Int64>) -> Bool {
    ProcessIdentity(owner).map { numbers.contains(OwnerLock.number(of: $0)) } ?? false
  }

  /// Running trials whose owner is dead: its process on this host no longer exists, or its heartbeat has been unchanged for too long.
  ///
  /// - Parameter clock: A clock that stops while the machine sleeps, since nobody watches heartbeats then.
  func abandonedTrials(
    of study: Study, clock: () -> SuspendingClock.Instant = { .now }
  ) throws -> [OwnedTrial] {
    let connection = database.connectionCount
    let began = clock()
    let trials = try read { db in try ownedTrials(of: study.id, db) }
    let ended = clock()
    // Over the connection that was there before, or over none.
    let isSame = database.connectionCount == connection
    let silent = heartbeatWatches.withLock { watches in
      watches[study.id, default: HeartbeatWatch()].silent(
        among: trials.filter { $0.life == .unknown }, for: silence.limit, connection: isSame ? connection : -connection,
        began: began, ended: ended)
    }
    let gone = Set(silent.map(\.id))
    return trials.filter { $0.life == .dead || gone.contains($0.id) }
  }

  /// Makes the trials of dead owners pending again, keeping their states, and returns their numbers.
  ///
  /// An owner on another host must be silent for as long as `silence` says, from the first call on.
  @discardableResult
  package func reclaim(in study: Study, clock: () -> SuspendingClock.Instant = { .now }) throws -> [Int] {
    let candidates = try abandonedTrials(of: study, clock: clock)
    guard !candidates.isEmpty else { return [] }
    let numbers = try transaction(on: study.id) { db in
      var numbers: [Int] = []
      let connected = try Self.connectedOwners(db)
      // An owner that has connected again, or has sent a heartbeat since then, keeps its trial.
      for trial in candidates where trial.life == .dead || !Self.isConnected(trial.owner, among: connected) {
        let lost = try Self.apply(
          .lose,
          where:
            "id = ? AND owner = ? AND attempt = ? AND \(trial.heartbeat == nil ? "heartbeat_at IS NULL" : "heartbeat_at = ?")",
          [trial.id, trial.owner, trial.attempt] + (trial.heartbeat.map { [$0] } ?? []), db)
        guard lost == 1 else { continue }
        try Self.end(trial.id, trial.attempt, "lost", seconds: nil, note: "its process died", db)
        try pruneAgain(trial.id, number: trial.number, of: study, db)
        numbers.append(trial.number)
      }
      FaultPoint.reclaimUncommitted.pass()
      return numbers
    }
    FaultPoint.reclaimCommitted.pass()
    return numbers
  }

  /// The running trials of a study that other processes have, unless this one has some, too.
  func trialsElsewhere(of study: Study) throws -> [OwnedTrial] {
    let trials = try read { db in try ownedTrials(of: study.id, db) }
    return trials.contains { ProcessIdentity($0.owner) == process } ? [] : trials
  }
}
