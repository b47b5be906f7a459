/// The writing side of a copy: the rows of a study with the target's numbers, in one transaction.
struct StudyTransfer {
  let snapshot: StudySnapshot
  let target: StudyStore
  let db: Connection

  /// The number of the study in the target.
  private var study: Int64 = 0

  /// The numbers of the trials in the target, by those in the source.
  private var trials: [Int64: Int64] = [:]

  /// The states written so far.
  private var states: [(place: any SavedStates, name: String)] = []

  init(of snapshot: StudySnapshot, to target: StudyStore, _ db: Connection) {
    self.snapshot = snapshot
    self.target = target
    self.db = db
  }

  /// Writes the study.
  ///
  /// Throws a `StorageError` if there is one of its name, or if a state of the source is not what was registered. What it has written in
  /// folders is then removed; the rows go with the transaction.
  mutating func run() throws -> StudyParts {
    do {
      try keepOthersFromFiles()
      try insertStudy()
      for part in try snapshot.parts() {
        try insertTrials(in: part)
        for table in CopiedTable.ofTrials { try insertRows(of: table, in: part) }
      }
      try insertDecisions()
      let parts = try StudyStore.parts(ofStudy: study, named: snapshot.study.name, db)
      FaultPoint.copyUncommitted.pass()
      return parts
    } catch {
      // A state in the database is a row of the transaction.
      if !target.states.isInDatabase { for (place, name) in states { place.remove([name]) } }
      throw error
    }
  }

  /// Keeps other processes from taking files for orphans until their rows are there.
  private func keepOthersFromFiles() throws {
    guard !target.states.isInDatabase, let lock = db.dialect.fileWriterLock else { return }
    _ = try db.row(lock)
  }

  // MARK: - Rows

  private mutating func insertStudy() throws {
    let rows = try snapshot.rows(of: .study)
    // A process that is about to create a study of the name has its row: this waits for it.
    let inserted = try insertReturning(rows, into: .study, "ON CONFLICT (name) DO NOTHING RETURNING id")
    guard let row = inserted.first else { throw target.taken(snapshot.study.name) }
    study = try row["id"]
    // The number may have belonged to a study whose deletion was interrupted.
    if db.dialect.reusesNumbers { target.states.weights(of: study).removeAll() }
    try insert(snapshot.rows(of: .revision), into: .revision)
  }

  /// A repeat comes after the trial that it repeats, whose number it needs.
  private mutating func insertTrials(in part: ClosedRange<Int64>) throws {
    var waiting: [SQLRow] = []
    for row in try snapshot.trials(in: part) {
      if let repeated: Int64 = try row["repeat_of"], trials[repeated] == nil {
        try insertTrials(waiting)
        waiting = []
      }
      waiting.append(row)
    }
    try insertTrials(waiting)
  }

  private mutating func insertTrials(_ rows: [SQLRow]) throws {
    let inserted = try insertReturning(rows, into: .trial, "RETURNING id, ordinal")
    let new = Dictionary(
      try inserted.map { try ($0["ordinal"] as Int, $0["id"] as Int64) }, uniquingKeysWith: { $1 })
    for row in rows { trials[try row["id"]] = new[try row["ordinal"]] }
  }

  private mutating func insertRows(of table: CopiedTable, in part: ClosedRange<Int64>) throws {
    let rows = try snapshot.rows(of: table, in: part)
    switch table.name {
    case CopiedTable.checkpoint.name: try saveCheckpoints(rows)
    case CopiedTable.weights.name: try saveWeights(rows)
    default: break
    }
    try insert(rows, into: table)
  }

  private func insertDecisions() throws {
    var last: Int64 = 0
    while true {
      let rows = try snapshot.decisions(after: last)
      guard let end = rows.last else { return }
      try insert(rows, into: .decision)
      last = try end["id"]
    }
  }

  private func insert(_ rows: [SQLRow], into table: CopiedTable) throws {
    try db.insert(rows.map { try values(of: $0, table) }, into: table.name, columns: table.columnsWithValues)
  }

  private func insertReturning(_ rows: [SQLRow], into table: CopiedTable, _ ending: String) throws -> [SQLRow] {
    try db.insertReturning(
      rows.map { try values(of: $0, table) }, into: table.name, columns: table.columnsWithValues, ending)
  }

  /// What a row has in the target, without a number of its own.
  private func values(of row: SQLRow, _ table: CopiedTable) throws -> [SQLValue] {
    try zip(table.columns, row.values).compactMap { column, value -> SQLValue? in
      switch (column.content, value) {
      case (.number, _): nil
      case (.value, _), (_, .null): value
      case (.anyKind, _): db.dialect.stored(value)
      case (.study, _): .integer(study)
      case (.trial, _): .integer(try trial(value))
      case (.checkpoint, _): .text(try checkpointName(of: row, in: column.name))
      }
    }
  }

  private func trial(_ value: SQLValue) throws -> Int64 {
    guard let number = Int64(value), let new = trials[number] else {
      throw StorageError(
        location: snapshot.store.path, found: "a row of a trial that is not there, \(value)",
        expected: "rows of the study's trials; restore a copy, or see 'verify'")
    }
    return new
  }

  // MARK: - Saved states

  private mutating func saveCheckpoints(_ rows: [SQLRow]) throws {
    let (from, to) = (snapshot.store.states.checkpoints, target.states.checkpoints)
    for row in rows {
      try save(snapshot.state(row, in: from), as: try checkpointName(of: row, in: "file"), in: to)
    }
  }

  private mutating func saveWeights(_ rows: [SQLRow]) throws {
    let (from, to) = (snapshot.store.states.weights(of: snapshot.study.id), target.states.weights(of: study))
    for row in rows { try save(snapshot.state(row, in: from), as: try row["file"], in: to) }
  }

  private mutating func save(_ bytes: [UInt8], as name: String, in place: any SavedStates) throws {
    states.append((place, name))
    try place.save(bytes, as: name, in: db)
  }

  /// The name that a checkpoint of a trial has in the target.
  private func checkpointName(of row: SQLRow, in column: String) throws -> String {
    let (name, old): (String, SQLValue) = try (row[column], row["trial_id"])
    let beginning = "trial-\(old)-"
    return "trial-\(try trial(old))-" + (name.hasPrefix(beginning) ? String(name.dropFirst(beginning.count)) : name)
  }
}
