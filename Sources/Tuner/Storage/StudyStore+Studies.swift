import GRDB
import Literals

/// What opening a study for a run found and changed.
public struct StudyOpening: Sendable {
  public let study: Study
  public let counts: StudyCounts

  /// Whether the study was made now.
  public let isNew: Bool

  /// Trials added because the search space has cells that it did not have.
  public let added: Int

  /// Trials put aside because their cells are gone from the search space.
  public let shelved: Int

  /// Trials brought back because their cells are there again.
  public let restored: Int
}

extension StudyStore {
  /// Makes a study with all its trials, or brings a known one up to date with the search space.
  ///
  /// A cell that is known keeps its trial and its number; new cells are numbered on. Everything
  /// happens or nothing.
  ///
  /// Throws a `StudyMismatch` when a study of that name exists whose trials would not be comparable.
  ///
  /// - Parameter areDraws: Whether the cells are draws from the search space, so that other points that have ended stay in the study
  ///   as long as the space has them, and so many draws fewer are taken.
  public func createOrContinue(
    _ definition: StudyDefinition, cells: [Hyperparameters], areDraws: Bool = false
  ) throws -> StudyOpening {
    try transaction { db in
      let stored = try Self.fetchStudies(db, where: "name = ?", [definition.name]).first
      let study: Study
      if let stored {
        let differences = Self.differences(stored.definition, definition)
        guard differences.isEmpty else { throw StudyMismatch(study: definition.name, differences: differences) }
        try db.execute(
          sql: "UPDATE study SET search_space = ?, invocation = ?, sampler = ? WHERE id = ?",
          arguments: [definition.searchSpace, definition.invocation, definition.sampler, stored.id])
        study = Study(id: stored.id, definition: definition, createdAt: stored.createdAt)
      } else {
        study = try Self.insert(definition, db)
        // The number may be that of a study whose deletion was cut short.
        Disk.removeFolder(weightsFolder(of: study.id))
      }
      let ended = areDraws && stored != nil ? try Self.endedPoints(of: study, db) : []
      let changes = try Self.align(study, with: ended + cells, limit: max(cells.count, ended.count), db)
      return StudyOpening(
        study: study, counts: try Self.counts(of: study.id, db), isNew: stored == nil, added: changes.added,
        shelved: changes.shelved, restored: changes.restored)
    }
  }

  /// The study of that name, or the newest one, or `nil`.
  public func study(named name: String? = nil) throws -> Study? {
    try read { db in
      if let name { return try Self.fetchStudies(db, where: "name = ?", [name]).first }
      return try Self.fetchStudies(db, where: "id = (SELECT max(id) FROM study)").first
    }
  }

  /// All studies, the oldest first, with what they have reached.
  ///
  /// Trials of processes that are gone count as pending.
  public func studies() throws -> [StudySummary] {
    try read { db in
      try Self.fetchStudies(db).map { study in
        var counts = try Self.counts(of: study.id, db)
        let abandoned = try abandonedTrials(of: study.id, db).count
        counts.running -= abandoned
        counts.pending += abandoned
        let order = study.definition.direction == .maximize ? "DESC" : "ASC"
        let best = try Row.fetchOne(
          db,
          sql: """
            SELECT ordinal, best_value FROM trial
            WHERE study_id = ? AND active = 1 AND state IN ('completed', 'pruned') AND best_value IS NOT NULL
            ORDER BY best_value \(order), ordinal LIMIT 1
            """, arguments: [study.id])
        return StudySummary(study: study, counts: counts, best: best.map { ($0["ordinal"], $0["best_value"]) })
      }
    }
  }

  /// How a study's trials stand.
  public func counts(of study: Study) throws -> StudyCounts {
    try read { try Self.counts(of: study.id, $0) }
  }

  // MARK: - Rows

  static func fetchStudies(_ db: Database, where condition: String = "true", _ arguments: StatementArguments = [])
    throws -> [Study]
  {
    try Row.fetchAll(db, sql: "SELECT * FROM study WHERE \(condition) ORDER BY id", arguments: arguments).map { row in
      let fixed = try Row.fetchAll(
        db, sql: "SELECT key, value FROM json_each(?)", arguments: [row["fixed_configuration"] as String])
      return Study(
        id: row["id"],
        definition: StudyDefinition(
          name: row["name"], model: row["model"], dataset: row["dataset"], datasetHash: row["dataset_hash"],
          searchSpace: row["search_space"],
          fixedConfiguration: fixed.map { StudyDefinition.Setting(key: $0["key"], value: $0["value"]) },
          invocation: row["invocation"], numericVersion: row["numeric_version"], sampler: row["sampler"],
          seed: row["seed"],
          metric: row["metric"], direction: Direction(rawValue: row["direction"]) ?? .maximize),
        createdAt: row["created_at"])
    }
  }

  private static func insert(_ definition: StudyDefinition, _ db: Database) throws -> Study {
    let row = try Row.fetchOne(
      db,
      sql: """
        INSERT INTO study (
          name, model, dataset, dataset_hash, search_space, fixed_configuration, fixed_configuration_hash, invocation,
          numeric_version, sampler, seed, metric, direction, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(Schema.now))
        RETURNING id, created_at
        """,
      arguments: [
        definition.name, definition.model, definition.dataset, definition.datasetHash, definition.searchSpace,
        JSON.object(definition.fixedConfiguration.map { ($0.key, JSON.string($0.value)) }),
        definition.fixedConfigurationHash,
        definition.invocation, definition.numericVersion, definition.sampler, definition.seed, definition.metric,
        definition.direction.rawValue,
      ])
    guard let row else { throw DatabaseError(message: "the new study is not there") }
    return Study(id: row["id"], definition: definition, createdAt: row["created_at"])
  }

  /// The points of trials that have ended and that the search space still has, in the trials' order.
  private static func endedPoints(of study: Study, _ db: Database) throws -> [Hyperparameters] {
    let space = try SearchSpace(parsing: study.definition.searchSpace, file: study.name)
    let ids = try Int64.fetchAll(
      db,
      sql: """
        SELECT id FROM trial WHERE study_id = ? AND state NOT IN ('pending', 'running') ORDER BY ordinal
        """, arguments: [study.id])
    let points = try allHyperparameters(of: study.id, db)
    return ids.map { Hyperparameters(points[$0] ?? []) }.filter(space.contains)
  }

  /// Makes the active trials of a study the first `limit` different ones of `cells`.
  private static func align(
    _ study: Study, with cells: [Hyperparameters], limit: Int, _ db: Database
  ) throws -> (added: Int, shelved: Int, restored: Int) {
    var known: [String: (id: Int64, isActive: Bool)] = [:]
    var ordinal = 0
    for row in try Row.fetchAll(
      db, sql: "SELECT id, fingerprint, active, ordinal FROM trial WHERE study_id = ?", arguments: [study.id])
    {
      known[row["fingerprint"]] = (row["id"], row["active"])
      ordinal = max(ordinal, row["ordinal"])
    }
    let setActive = try db.makeStatement(sql: "UPDATE trial SET active = ? WHERE id = ?")
    let insertTrial = try db.makeStatement(
      sql: "INSERT INTO trial (study_id, ordinal, fingerprint, configuration) VALUES (?, ?, ?, ?)")
    let insertParameter = try db.makeStatement(
      sql: "INSERT INTO trial_parameter (trial_id, position, name, value, literal) VALUES (?, ?, ?, ?, ?)")

    var changes = (added: 0, shelved: 0, restored: 0)
    var present: Set<String> = []
    for cell in cells {
      let fingerprint = study.definition.fingerprint(of: cell)
      if present.count == limit { break }
      guard present.insert(fingerprint).inserted else { continue }
      if let trial = known[fingerprint] {
        guard !trial.isActive else { continue }
        try setActive.execute(arguments: [true, trial.id])
        changes.restored += 1
      } else {
        ordinal += 1
        try insertTrial.execute(arguments: [study.id, ordinal, fingerprint, cell.json])
        let trial = db.lastInsertedRowID
        for (index, pair) in cell.pairs.enumerated() {
          try insertParameter.execute(arguments: [
            trial, index + 1, pair.name, pair.value.databaseValue, pair.value.python,
          ])
        }
        changes.added += 1
      }
    }
    for (fingerprint, trial) in known where trial.isActive && !present.contains(fingerprint) {
      try setActive.execute(arguments: [false, trial.id])
      changes.shelved += 1
    }
    return changes
  }

  static func counts(of study: Int64, _ db: Database) throws -> StudyCounts {
    var counts = StudyCounts()
    let rows = try Row.fetchAll(
      db, sql: "SELECT active, state, count(*) AS trials FROM trial WHERE study_id = ? GROUP BY active, state",
      arguments: [study])
    for row in rows {
      if row["active"] == false {
        counts.shelved += row["trials"]
      } else {
        counts.add(row["trials"], to: TrialState(rawValue: row["state"]) ?? .failed)
      }
    }
    return counts
  }

  /// Everything that makes the trials of two definitions incomparable.
  private static func differences(_ stored: StudyDefinition, _ given: StudyDefinition) -> [StudyMismatch.Difference] {
    var differences: [StudyMismatch.Difference] = []
    func compare(_ what: String, _ a: String, _ b: String) {
      if a != b { differences.append(StudyMismatch.Difference(what: what, stored: a, given: b)) }
    }
    compare("model", stored.model, given.model)
    if stored.datasetHash != given.datasetHash {
      compare(
        "dataset", "\(stored.dataset) (\(stored.datasetHash.prefix(12)))",
        "\(given.dataset) (\(given.datasetHash.prefix(12)))")
    }
    compare("seed", String(stored.seed), String(given.seed))
    compare("metric", stored.metric, given.metric)
    compare("direction", stored.direction.rawValue, given.direction.rawValue)
    compare("numeric version", String(stored.numericVersion), String(given.numericVersion))
    let old = Dictionary(stored.fixedConfiguration.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    let new = Dictionary(given.fixedConfiguration.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    for key in Set(old.keys).union(new.keys).sorted() { compare(key, old[key] ?? "not fixed", new[key] ?? "not fixed") }
    return differences
  }
}

extension Literal {
  /// The value as SQL compares it: truth as 1 and 0, lists and maps as JSON.
  var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .boolean(let isTrue): isTrue.databaseValue
    case .integer(let integer): integer.databaseValue
    case .number(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .list, .map: json.databaseValue
    }
  }
}
