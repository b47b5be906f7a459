import Foundation
import Literals
import Locks
import Synchronization

/// Studies in one SQLite file, with checkpoints and weights in folders next to it, or on a PostgreSQL server, with everything in its
/// database.
///
/// It offers operations on studies and trials. Several processes may use the same database at the same time.
public final class StudyStore: Sendable {
  /// The database file, or the URI of the server's database without a password.
  public let path: String

  let database: any StudyDatabase

  /// The database if it is a file.
  var sqlite: SQLiteDatabase? { database as? SQLiteDatabase }

  /// The database if it is on a server.
  var server: PostgreSQLDatabase? { database as? PostgreSQLDatabase }

  /// The upgrade made when the database was opened, or `nil`.
  public let upgrade: Upgrade?

  /// Why a rollback journal is used instead of a write-ahead log; `nil` if a write-ahead log is used.
  public let logObstacle: LogObstacle?

  /// The upgrade of a database with an earlier schema.
  public struct Upgrade: Sendable, Equatable {
    /// The earlier schema.
    public let schema: Int

    /// The path of a copy of the file from before the upgrade; `nil` for a server.
    public let copy: String?
  }

  /// The place of the file that this store writes; `nil` in a store for reports, and if it is unknown.
  let place: DatabasePlace?

  /// What happened to the file, once it was found to be misplaced.
  let misplaced = Locked<MisplacedDatabase?>(nil)

  /// The checkpoints and weights.
  let states: any StateStorage

  /// This process, as the owner of trials.
  let process: ProcessIdentity

  /// The machine that its attempts name; `nil` if they name none.
  let machine: Machine?

  /// Studies in which this process has taken a trial.
  let joined = Locked<Set<Int64>>([])

  /// Owners on other hosts whose heartbeat is unchanged for longer than this count as dead.
  ///
  /// This is twelve missed heartbeats: a slow disk must not cost a running process its trial. On a server, `silence` counts.
  package let heartbeatTimeout: Duration

  /// Owners on other hosts that are silent for longer than this count as dead.
  ///
  /// A server that knows its connections needs less time: it has already found the owner's connection dead.
  var silence: Silence {
    sqlite == nil
      ? Silence(limit: min(.seconds(10), heartbeatTimeout), sign: "a connection")
      : Silence(limit: heartbeatTimeout, sign: "a heartbeat")
  }

  /// The time between two heartbeats.
  ///
  /// With a heartbeat, a process that has lost its connection to a server makes it again, in time for those who watch.
  var heartbeatInterval: Duration { min(heartbeatTimeout / 12, silence.limit / 4) }

  public static let standardHeartbeatTimeout: Duration = .seconds(120)

  private static let ownerCount = Atomic<Int>(0)

  /// What is remembered of each study's pruning record.
  let pruningMemory = Locked<[Int64: PruningMemory]>([:])

  /// The observed heartbeats of each study.
  let heartbeatWatches = Locked<[Int64: HeartbeatWatch]>([:])

  /// Opens a store for running studies; creates the file and its folder, or the tables on the server, if they are missing.
  ///
  /// A file with an earlier schema is upgraded; a copy of the old file stays next to it, see `Upgrade`.
  ///
  /// Throws a `StorageError` and changes nothing if it is not a database of this program, or is one of a later version.
  ///
  /// - Parameter path: A file, or the URI of a database on a PostgreSQL server.
  /// - Parameter checkpoints: For a server: a folder for the states of trials, the same for all processes, instead of the database. The
  ///   states of a file are beside it.
  /// - Parameter machine: What attempts name as their machine.
  /// - Parameter heartbeatTimeout: Must be the same for all processes that share the database.
  /// - Parameter onNotice: Called when the wait for a connection to a server gets long.
  public convenience init(
    writing path: String, checkpoints: String? = nil, machine: Machine? = nil,
    heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout,
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    if PostgreSQLLocation.isURI(path) {
      try self.init(
        server: PostgreSQLLocation(path), checkpoints: checkpoints, creates: true, machine: machine,
        heartbeatTimeout: heartbeatTimeout, onNotice: onNotice)
      return
    }
    try Disk.createFolder(path.parentFolder)
    try Self.inspect(path, isNeeded: false)
    for place in [path, path.parentFolder] where FileManager.default.fileExists(atPath: place) {
      guard Disk.isWritable(place) else {
        throw StorageError(
          location: place, found: "no permission to write",
          expected: "a writable place, or another --storage")
      }
    }
    let opening = try storing(in: path) { try Self.openForWriting(path) }
    try self.init(
      path: path, opening, states: StateFolders(of: path), place: DatabasePlace(ofOpened: path), machine: machine,
      heartbeatTimeout: heartbeatTimeout)
  }

  /// Opens a store for reports; changes nothing.
  ///
  /// A file with an earlier schema is copied into memory and upgraded there.
  public convenience init(
    reading path: String, checkpoints: String? = nil, onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    if PostgreSQLLocation.isURI(path) {
      try self.init(
        server: PostgreSQLLocation(path), checkpoints: checkpoints, creates: false,
        heartbeatTimeout: Self.standardHeartbeatTimeout, onNotice: onNotice)
      return
    }
    try Self.inspect(path, isNeeded: true)
    let database = try storing(in: path) { try Self.openUpgraded(path) }
    try self.init(
      path: path, Opening(database: database, upgrade: nil, logObstacle: nil), states: StateFolders(of: path),
      place: nil,
      heartbeatTimeout: Self.standardHeartbeatTimeout)
  }

  init(
    path: String, _ opening: Opening, states: any StateStorage, place: DatabasePlace?, machine: Machine? = nil,
    heartbeatTimeout: Duration
  ) throws {
    guard let process = ProcessIdentity() else {
      throw StorageError(location: "/proc/self/stat", found: "no such file", expected: "Linux with /proc mounted")
    }
    self.path = path
    self.states = states
    self.place = place
    database = opening.database
    upgrade = opening.upgrade
    logObstacle = opening.logObstacle
    self.process = process
    self.machine = machine
    self.heartbeatTimeout = heartbeatTimeout
  }

  /// Creates a new owner of trials in this process.
  package func makeOwner() -> String {
    "\(process)/\(Self.ownerCount.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// Moves the contents of the write-ahead log into the database file, so that the file alone contains the study.
  ///
  /// This is best effort, since another process may be reading.
  func consolidate() {
    guard misplaced.withLock({ $0 }) == nil else { return }
    try? sqlite?.emptyLog()
  }

  /// Closes the file and leaves the whole study in it, unless another process is still reading.
  ///
  /// A process that ends without this call loses nothing, but the log stays next to the file.
  public func close() {
    consolidate()
    try? database.close()
  }

  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try storing(in: path) { try readInPlace(work) }
  }

  /// Runs `work` in an immediate transaction.
  ///
  /// Throws a `MisplacedDatabase` and writes nothing if the open file is no longer the one at the path.
  func transaction<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try storing(in: path) { try writeInPlace(work) }
  }

  /// Runs `work`, which changes a study, in a transaction in which nobody else changes it, and raises the study's revision.
  ///
  /// The revision rises only if something has changed. Heartbeats, which no report shows, are written without this.
  func transaction<Value>(on study: Int64, _ work: (Connection) throws -> Value) throws -> Value {
    try transaction { db in
      if let lock = db.dialect.studyLock { try db.run(lock, [study]) }
      let before = db.changeCount
      let value = try work(db)
      if try db.hasChanged(since: before) { try Self.raiseRevision(of: study, db) }
      return value
    }
  }

  static func raiseRevision(of study: Int64, _ db: Connection) throws {
    try db.run("UPDATE study_revision SET revision = revision + 1 WHERE study_id = ?", [study])
  }

  /// A number that rises with every change of what a report about a study shows; `nil` if the study is gone.
  package func revision(of study: Study) throws -> Int? {
    try read { try $0.value(Int.self, "SELECT revision FROM study_revision WHERE study_id = ?", [study.id]) }
  }
}
