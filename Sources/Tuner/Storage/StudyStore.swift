import Foundation
import GRDB
import Locks
import Synchronization

/// Studies in one SQLite file, with checkpoints and weights in folders beside it.
///
/// It speaks in operations on studies and trials. Several processes may use one file at the same time.
public final class StudyStore: Sendable {
  /// The database file.
  public let path: String

  let database: any DatabaseWriter

  /// What opening the file changed in it, or `nil`.
  public let upgrade: Upgrade?

  /// Why changes are kept in a rollback journal and not in a write-ahead log, or `nil` where there is such a log.
  public let logObstacle: LogObstacle?

  /// A file of an earlier schema that was brought up to date.
  public struct Upgrade: Sendable, Equatable {
    /// The schema that it had.
    public let schema: Int

    /// Where it is as it was before.
    public let copy: String
  }

  /// Where the file is that this store writes; `nil` in a store for reports, and where the system does not say.
  let place: DatabasePlace?

  /// What became of the file, once it was found not to be in its place.
  let misplaced = Locked<MisplacedDatabase?>(nil)

  /// The folders of checkpoints and weights, as this process last saw them.
  let folders = Locked<[String: FileIdentity]>([:])

  /// What a user should know of the folders and has not been told.
  let notices = Locked<[String]>([])

  /// This process, as the owner of trials.
  let process: ProcessIdentity

  /// Owners on other hosts whose heartbeat stands still for longer than this are taken for dead.
  ///
  /// Twelve missed beats: a slow disk must not cost a living process its trial.
  package let heartbeatTimeout: Duration

  /// Time between two heartbeats.
  var heartbeatInterval: Duration { heartbeatTimeout / 12 }

  public static let standardHeartbeatTimeout: Duration = .seconds(120)

  private static let ownerCount = Atomic<Int>(0)

  /// By study.
  let pruningMemory = Locked<[Int64: PruningMemory]>([:])

  /// By study.
  let heartbeatWatches = Locked<[Int64: HeartbeatWatch]>([:])

  /// Opens a store for running studies; makes the file and its folder when they are missing.
  ///
  /// A file of an earlier schema is brought up to date; a copy of it as it was stays beside it, see `Upgrade`.
  ///
  /// Throws a `StorageError` and leaves the file as it is when it is not a database of this program or
  /// one of a later version.
  ///
  /// - Parameter heartbeatTimeout: The same for all processes that share the file.
  public convenience init(
    writing path: String, heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout
  ) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try Disk.createFolder(folder) }
    try Self.inspect(path, isNeeded: false)
    for place in [path, folder.isEmpty ? "." : folder] where FileManager.default.fileExists(atPath: place) {
      guard Disk.isWritable(place) else {
        throw StorageError(
          location: place, found: "no permission to write",
          expected: "a place that can be written, or another --storage")
      }
    }
    let opening = try storing(in: path) { try Self.openForWriting(path) }
    try self.init(path: path, opening, place: DatabasePlace(ofOpened: path), heartbeatTimeout: heartbeatTimeout)
  }

  /// Opens a store for reports; changes nothing.
  ///
  /// A file of an earlier schema is copied into memory, where it is brought up to date.
  public convenience init(reading path: String) throws {
    try Self.inspect(path, isNeeded: true)
    let database = try storing(in: path) {
      let file = try Self.openForReading(path)
      let version = try file.read { db in try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
      guard version < Schema.version else { return file }
      let copy = try DatabaseQueue()
      try file.backup(to: copy)
      try copy.write { db in _ = try Self.migrate(db) }
      return copy
    }
    try self.init(
      path: path, Opening(database: database, upgrade: nil, logObstacle: nil), place: nil,
      heartbeatTimeout: Self.standardHeartbeatTimeout)
  }

  private init(path: String, _ opening: Opening, place: DatabasePlace?, heartbeatTimeout: Duration) throws {
    guard let process = ProcessIdentity() else {
      throw StorageError(location: "/proc/self/stat", found: "no such file", expected: "Linux with /proc mounted")
    }
    self.path = path
    self.place = place
    database = opening.database
    upgrade = opening.upgrade
    logObstacle = opening.logObstacle
    self.process = process
    self.heartbeatTimeout = heartbeatTimeout
  }

  /// A new owner of trials in this process.
  package func makeOwner() -> String {
    "\(process)/\(Self.ownerCount.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// Where the states of unfinished trials are.
  package var checkpointFolder: String { path + ".checkpoints" }

  /// Where a state of a trial is, by the name that the database has for its file.
  ///
  /// Of a name that leads elsewhere only the last part counts: a database can come from anybody.
  func checkpointPath(_ file: String) -> String { "\(checkpointFolder)/\(Self.lastPart(of: file))" }

  /// Where weights are, likewise.
  func weightsPath(_ file: String, of study: Int64) -> String {
    "\(weightsFolder(of: study))/\(Self.lastPart(of: file))"
  }

  private static func lastPart(of file: String) -> String {
    let last = String(file.split(whereSeparator: { $0 == "/" || $0 == "\0" }).last ?? "-")
    return last == "." || last == ".." ? "-" : last
  }

  /// Where the weights of a study's best trial are.
  package func weightsFolder(of study: Int64) -> String { "\(path).weights/\(study)" }

  /// Moves what is in the write-ahead log into the database file, so that the file alone is the study.
  ///
  /// Does what it can: another process may be reading.
  func consolidate() {
    guard misplaced.withLock({ $0 }) == nil else { return }
    _ = try? database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }

  /// Ends the use of the file and leaves the whole study in it, unless another process still reads there.
  ///
  /// A process that ends without it loses nothing, but the log stays beside the file.
  public func close() {
    consolidate()
    try? database.close()
  }

  func read<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try storing(in: path) { try readInPlace(work) }
  }

  /// Runs `work` in an immediate transaction.
  ///
  /// Throws a `MisplacedDatabase` and writes nothing when the file is no longer the one at the path.
  func transaction<Value>(_ work: (Database) throws -> Value) throws -> Value {
    try storing(in: path) { try writeInPlace(work) }
  }
}
