import Literals

/// A copy of a study into another database, which has all of it: every row, and every saved state.
///
/// The numbers of rows are those of the target, in the same order; everything else stays as it is, so reports say the same and a run
/// continues from either. The source is left as it is. The target has the whole study or, after an error or a crash, nothing of it but
/// states that no row refers to, which the next run of any study there removes.
public struct StudyCopy: Sendable {
  /// The database that gets the copy; the caller closes it.
  public let target: StudyStore

  private let source: StudyStore
  private let study: Study

  /// Running trials whose processes are dead.
  private let gone: [OwnedTrial]

  /// Checks that a study can be copied.
  ///
  /// Throws a `StorageError` if a process that may be alive is running the study, if both databases are the same, or if the target has a
  /// study of the name.
  ///
  /// - Parameter path: The target: a file, or the URI of a database on a PostgreSQL server.
  /// - Parameter onWait: As for `delete`.
  /// - Parameter opening: Opens the target for writing; called once the study is known to be stopped.
  public init(
    of study: Study, in source: StudyStore, to path: String,
    onWait: (_ owners: [String], _ silence: Silence) -> Void = { _, _ in }, opening: () throws -> StudyStore
  ) throws {
    // A process must not open a file twice.
    guard !source.isFile(at: path) else { throw source.same }
    let gone = try source.listen(to: study, onWait)
    try source.read { db in try source.requireIdle(study, gone: gone, db) }
    (self.study, self.source, self.gone) = (study, source, gone)
    target = try opening()
    do {
      guard try !source.isSameDatabase(as: target) else { throw source.same }
      guard try target.study(named: study.name) == nil else { throw target.taken(study.name) }
    } catch {
      target.close()
      throw error
    }
  }

  /// Copies the study as it is now.
  ///
  /// A run that begins meanwhile changes nothing about the copy, unless it removes a checkpoint in a folder before that was read.
  ///
  /// Throws a `StorageError`, also if the study has been started or deleted, or the name has been taken, since the checks.
  public func run() throws -> StudyParts {
    var copied: StudyParts?
    let parts = try source.read { from in
      if let statement = from.dialect.waitsForOthers { try from.script(statement) }
      // Only the end of the read has failed, and it is read again.
      if let copied { return copied }
      try storing(in: source.path) {
        try source.requirePresent(study, from)
        try source.requireIdle(study, gone: gone, from)
      }
      let snapshot = StudySnapshot(store: source, study: study, db: from)
      let parts = try target.transaction { to in
        if let statement = to.dialect.waitsForOthers { try to.script(statement) }
        var transfer = StudyTransfer(of: snapshot, to: target, to)
        return try transfer.run()
      }
      copied = parts
      return parts
    }
    FaultPoint.copyCommitted.pass()
    return parts
  }
}

extension StudyStore {
  /// Whether this is the file at a path, whatever the path's text.
  fileprivate func isFile(at path: String) -> Bool {
    guard sqlite != nil, !PostgreSQLLocation.isURI(path), case .file(let identity) = Disk.sighting(path) else {
      return false
    }
    return Disk.sighting(self.path) == .file(identity)
  }

  /// Whether both are the same database of one server, whatever their URIs.
  fileprivate func isSameDatabase(as other: StudyStore) throws -> Bool {
    guard sqlite == nil, other.sqlite == nil else { return false }
    // Two servers do not start in the same microsecond.
    let question = "SELECT CAST(extract(epoch FROM pg_postmaster_start_time()) AS text) || ' ' || current_database()"
    func identity(_ store: StudyStore) throws -> String? { try store.read { try $0.value(String.self, question) } }
    return try identity(self) == identity(other)
  }

  fileprivate var same: StorageError {
    StorageError(
      location: path, found: "the same database as source and target", expected: "another database to copy to")
  }

  /// There is a study of a name already.
  func taken(_ name: String) -> StorageError {
    StorageError(
      location: path, found: "a study '\(name)' already",
      expected: "another database to copy to, or this one without it; to delete it there: "
        + ProgramCommand.line("studies --delete=\(name.inShell) --storage=\(path.inShell)"))
  }
}
