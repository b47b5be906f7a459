extension StudyStore {
  /// Opens a store on a PostgreSQL server.
  ///
  /// Throws a `StorageError` if the server cannot be reached, or if its tables are of a later version, of an earlier one that is in use, or
  /// of another program.
  ///
  /// - Parameter checkpoints: A folder for the states of trials, which all processes share; `nil` for the database. Databases may share
  ///   it, too: each has folders of its own in it.
  /// - Parameter onNotice: Called when a wait for the server gets long.
  /// - Parameter creates: Whether to create the tables if they are missing, and to upgrade earlier ones; otherwise the store is for
  ///   reports.
  convenience init(
    server location: PostgreSQLLocation, checkpoints: String?, creates: Bool, machine: Machine? = nil,
    heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout,
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    let database = try PostgreSQLDatabase(
      location, owner: creates ? ProcessIdentity() : nil, patience: .seconds(Self.patience()), onNotice: onNotice)
    let states: any StateStorage =
      if let checkpoints {
        try Self.states(in: checkpoints, creates: creates, of: database)
      } else {
        StateTables(of: database)
      }
    let upgrade = database.upgradedVersion.map { Upgrade(schema: $0, copy: nil) }
    try self.init(
      path: location.description, Opening(database: database, upgrade: upgrade, logObstacle: nil), states: states,
      place: nil, machine: machine, heartbeatTimeout: heartbeatTimeout)
  }

  private static func states(
    in folder: String, creates: Bool, of database: PostgreSQLDatabase
  ) throws -> StateFolders {
    if creates {
      try Disk.createFolder(folder)
      guard Disk.isWritable(folder) else {
        throw StorageError(
          location: folder, found: "no permission to write", expected: "a writable folder for --checkpoints")
      }
    }
    let id = try storing(in: database.location.description) {
      try database.read { try $0.value(String.self, "SELECT left(CAST(id AS text), 8) FROM version") ?? "" }
    }
    return StateFolders(named: "\(folder)/studies-\(id)")
  }

  /// Checks the version of the tables; the server itself vouches for their rows.
  func serverSchema() throws -> Verification.Check {
    try answer("schema") { check in
      let version = try read { try $0.value(Int.self, "SELECT schema FROM version") }
      if version != Int(Schema.version), PostgreSQLSchema.views[version ?? 0] == nil {
        check.fail(path, found: "schema \(version ?? 0)", expected: "\(Schema.version)")
      }
      check.summary = "schema \(version ?? 0); the server vouches for its pages, indexes and references"
    }
  }
}
