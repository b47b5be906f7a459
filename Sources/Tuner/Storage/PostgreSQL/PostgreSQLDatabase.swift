import Foundation
import Glibc
import Locks

/// The studies on a PostgreSQL server, over one connection, which is made again whenever it is lost.
///
/// Threads take turns: a statement takes less than a millisecond, and a transaction that writes holds its study alone anyway.
final class PostgreSQLDatabase: StudyDatabase, @unchecked Sendable {
  let location: PostgreSQLLocation

  /// How long to try to connect again.
  private let patience: Duration

  /// How long to try after a request to stop.
  private static let shortPatience: Duration = .seconds(1)

  private let lock = NSLock()

  /// Whether the run is to end; then it does not wait for a server.
  private let isStopping = Locked<@Sendable () -> Bool>({ false })

  /// What is told of a wait for the server.
  private let onNotice: Locked<@Sendable (String) -> Void>

  /// After this long without success, a wait is told.
  private static let silentWait: Duration = .seconds(2)

  // Used only while `lock` is held.
  private var session: PostgreSQLSession?
  private var count = 0

  /// How often something was heard of a study that a worker may wait for.
  private var news: [String: Int] = [:]

  /// The version from which opening has upgraded the tables, or `nil`.
  private(set) var upgradedVersion: Int?

  /// Since when nothing has succeeded; `nil` if the last transaction did.
  private var failing: ContinuousClock.Instant?

  /// When the run was first seen to end since then.
  private var hurrying: ContinuousClock.Instant?

  /// Whether the wait for the server has been told since then.
  private var isTold = false

  private var record: TransactionRecord?
  private var lastTransaction: Int64 = 0

  /// The number of the process, whose lock every session takes; `nil` in a store for reports.
  private let owner: Int64?

  /// Connects, and makes sure that the tables are there.
  ///
  /// Throws a `StorageError`.
  ///
  /// - Parameter owner: The process that will own trials, for which missing tables are created; `nil` for reports.
  /// - Parameter patience: How long to wait for a server that is lost, or has no free connection.
  /// - Parameter onNotice: Called when that wait gets long.
  init(
    _ location: PostgreSQLLocation, owner: ProcessIdentity?, patience: Duration,
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    self.location = location
    self.patience = patience
    self.owner = owner.map(OwnerLock.number)
    self.onNotice = Locked(onNotice)
    do {
      // A server that cannot be reached at all may be a mistake in the URI, so nobody waits for it.
      try patiently(retryingAfter: [.tooManyConnections]) { try open() }
    } catch let error as PostgreSQLError {
      throw StorageError(error, location: location.description)
    }
  }

  var connectionCount: Int { lock.withLock { count } }

  /// Connects for the first time, and makes sure that the tables are there.
  private func open() throws {
    let session = try newSession()
    if owner != nil {
      // Only a server that becomes a standby later is waited for.
      guard try session.execute("SELECT current_setting('transaction_read_only')").rows == [[.text("off")]] else {
        throw PostgreSQLError(state: "25006", message: "a standby, or a read-only database", isLost: false)
      }
      upgradedVersion = try PostgreSQLSchema.install(with: session, at: location)
    }
    try use(session)
  }

  private func newSession() throws -> PostgreSQLSession {
    let start = ContinuousClock.now
    return try PostgreSQLSession(location.uri, isPatient: { [unowned self] in isPatient(withSessionOf: start) })
  }

  /// Makes a session the one of this process. A newer program may have upgraded the tables since the last one.
  @discardableResult
  private func use(_ session: PostgreSQLSession) throws -> PostgreSQLSession {
    if let owner {
      try session.execute(OwnerLock.take, [.integer(owner)])
      try PostgreSQLSchema.requireCurrent(with: session, at: location)
      try session.script("LISTEN \(PostgreSQLSchema.name)")
    } else {
      try PostgreSQLSchema.check(with: session, at: location)
    }
    count += 1
    self.session = session
    return session
  }

  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    // A run cannot listen on a standby, which may become the primary server.
    let kinds: [PostgreSQLError.Kind] = [.connectionLost, .tooManyConnections, .conflict]
    return try connected(retryingAfter: owner == nil ? kinds : kinds + [.readOnly]) { session in
      try session.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
      let value = try work(Connection(session))
      try session.commit()
      return value
    }
  }

  /// Runs `work` in a transaction, again if the connection is lost before the commit.
  ///
  /// If the connection is lost during the commit, the process's own record says afterwards whether it took place.
  func write<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    // What `work` has returned, if its transaction may have been committed.
    var doubtful: (transaction: Int64, value: Value)?
    // A standby that becomes the primary server is read-only at first.
    return try connected(retryingAfter: [.connectionLost, .tooManyConnections, .conflict, .readOnly]) { session in
      let record = try record ?? TransactionRecord(session)
      self.record = record
      if let (transaction, value) = doubtful {
        if try record.hasCommitted(transaction, session) { return value }
        doubtful = nil
      }
      try session.begin()
      let before = session.changeCount
      let value = try work(Connection(session))
      // A transaction without changes can be run again.
      if try session.hasChanged(since: before) {
        lastTransaction += 1
        try record.add(lastTransaction, session)
        doubtful = (lastTransaction, value)
      }
      try session.commit()
      return value
    }
  }

  func close() {
    lock.withLock {
      if let session, let record { try? record.remove(session) }
      (session, record) = (nil, nil)
    }
  }

  func attend(
    isStopping: @escaping @Sendable () -> Bool, onNotice: @escaping @Sendable (String) -> Void
  ) {
    self.isStopping.withLock { $0 = isStopping }
    self.onNotice.withLock { $0 = onNotice }
  }

  /// Runs `work` with an open connection, from the beginning if the connection is lost in the meantime.
  ///
  /// The time to try counts from the first failure of any thread. After it, each call tries once, so that a run with a lost server ends
  /// at once however many threads wait.
  private func connected<Value>(
    retryingAfter kinds: [PostgreSQLError.Kind],
    _ work: (PostgreSQLSession) throws -> Value
  ) throws -> Value {
    try patiently(retryingAfter: kinds) { try work(session ?? use(newSession())) }
  }

  private func patiently<Value>(
    retryingAfter kinds: [PostgreSQLError.Kind], _ work: () throws -> Value
  ) throws -> Value {
    lock.lock()
    defer { lock.unlock() }
    // The first time at once: often only the connection was ended.
    var pause = Duration.zero
    while true {
      do {
        let value = try work()
        (failing, hurrying, isTold) = (nil, nil, false)
        return value
      } catch {
        // The server undoes what was not committed; a session in the middle of a transaction is of no further use.
        if session.map({ $0.isLost || (try? $0.rollBack()) == nil }) ?? true { session = nil }
        guard let error = error as? PostgreSQLError, kinds.contains(error.kind), isWorth(waiting: pause) else {
          throw error
        }
        tell(error)
        let seconds: Double = pause / .seconds(1)
        // Not all processes at the same moment.
        Thread.sleep(forTimeInterval: seconds * Double.random(in: 0.5...1))
        pause = max(.milliseconds(20), min(pause * 2, .milliseconds(500)))
      }
    }
  }
}

extension PostgreSQLDatabase {
  /// A number that changes when a trial of a study is no longer running; also after a lost connection, over which that was not heard.
  func news(of study: Int64) -> Int {
    lock.withLock {
      for payload in session?.takeNotifications() ?? [] { news[payload, default: 0] += 1 }
      return news["\(study)", default: 0] + count
    }
  }

  /// Waits until the server sends something, but not long.
  func awaitInput() {
    let copy = lock.withLock { session?.copySocket() ?? -1 }
    // `poll` ignores a number below zero, and waits.
    _ = Socket(number: copy).wait(for: .input)
    if copy >= 0 { Glibc.close(copy) }
  }
}

extension PostgreSQLDatabase {
  /// Whether there is time for another attempt after a pause.
  private func isWorth(waiting pause: Duration) -> Bool {
    let now = ContinuousClock.now
    failing = failing ?? now
    return isInTime(now: now + pause)
  }

  /// Whether a server that does not answer is waited for. Called only by the thread that holds `lock`.
  private func isInTime(now: ContinuousClock.Instant) -> Bool {
    if hurrying == nil, isStopping.withLock({ $0 })() { hurrying = .now }
    if let hurrying, now >= hurrying + Self.shortPatience { return false }
    return failing.map { now < $0 + patience } ?? true
  }

  /// Whether a server that does not answer a session is waited for.
  ///
  /// A new one gets some time even if the server has been away for too long: it may be back, and far.
  private func isPatient(withSessionOf start: ContinuousClock.Instant) -> Bool {
    let now = ContinuousClock.now
    if isInTime(now: now) { return true }
    return hurrying.map { now < $0 + Self.shortPatience } ?? (now < start + .seconds(5))
  }

  /// Says once that the server is waited for.
  private func tell(_ error: PostgreSQLError) {
    let isFull = error.kind == .tooManyConnections
    guard !isTold, let failing, isFull || ContinuousClock.now > failing + Self.silentWait else { return }
    guard let wait = error.wait(for: location) else { return }
    isTold = true
    onNotice.withLock { $0 }("\(wait) for up to \(Int(patience / .seconds(1))) s")
  }
}
