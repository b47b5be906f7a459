import Literals

extension StudyStore {
  /// Creates a study with all its trials, or updates an existing one to match the search space.
  ///
  /// An existing cell keeps its trial and number; new cells get the next numbers. When points are drawn, other points that have ended stay
  /// in the study as long as the search space contains them, and each of them replaces one draw. Either everything happens or nothing.
  ///
  /// Throws a `StudyMismatch` if there is a study with that name whose trials would not be comparable, and `MixedMachines` if their last
  /// bits may differ and this machine may not take trials beside them.
  ///
  /// - Parameter cells: The points, in the order in which to try them; empty for a sampler that learns from results.
  /// - Parameter retriesFailed: Whether failed trials run again.
  /// - Parameter cost: What a trial costs.
  /// - Parameter isPossible: Returns whether the study may have a point; true for all of `cells`.
  public func createOrContinue(
    _ definition: StudyDefinition, cells: [Hyperparameters], retriesFailed: Bool = false,
    cost: @escaping (Hyperparameters) -> TrialCost? = { _ in nil },
    isPossible: (Hyperparameters) -> Bool = { _ in true }
  ) throws -> StudyOpening {
    let (opening, unkept) = try transaction { db in
      try Self.lock(studyNamed: definition.name, db)
      let stored = try Self.fetchStudies(db, where: "name = ?", [definition.name]).first
      let study: Study
      var mixture: MixedMachines?
      if stored == nil, let problem = StudyDefinition.problem(withName: definition.name) {
        throw StorageError(
          location: path, found: "a new study '\(definition.name)', whose name \(problem)", expected: "a plain name")
      }
      if let stored {
        let differences = Self.differences(stored.definition, definition)
        guard differences.isEmpty else { throw StudyMismatch(study: definition.name, differences: differences) }
        mixture = try self.mixture(in: stored, db)
        if let mixture, machine?.isMixed == false { throw mixture }
        try Self.update(stored.id, definition, db)
        study = Study(id: stored.id, definition: definition, createdAt: stored.createdAt)
      } else {
        study = try Self.insert(definition, db)
        // The number may have belonged to a study whose deletion was interrupted.
        if db.dialect.reusesNumbers { states.weights(of: study.id).removeAll() }
      }
      try Self.recallValues(of: study, db)
      let before = try Self.activity(of: study, db)
      try Self.align(study, with: cells, cost: cost, where: isPossible, db)
      let retried = retriesFailed ? try Self.retryFailed(in: study, db) : 0
      if let stored, stored.definition.pruner != definition.pruner { try changePruner(from: stored, to: study, db) }
      _ = try Self.endEarly(study, db)
      try Self.shelveRepeats(beyond: definition.repeats, in: study, db)
      let after = try Self.activity(of: study, db)
      for trial in before.active.subtracting(after.active) { try withdraw(trial, from: study, db) }
      for trial in after.active.intersection(before.shelved) { try restore(trial, in: study, db) }
      if stored != nil { try Self.raiseRevision(of: study.id, db) }
      let unkept = stored == nil ? [] : try Self.dropWeights(of: study, db)
      FaultPoint.studyUncommitted.pass()
      let opening = StudyOpening(
        study: study, counts: try Self.counts(of: study.id, db), isNew: stored == nil,
        added: after.active.subtracting(before.active).subtracting(before.shelved).count,
        shelved: before.active.subtracting(after.active).count,
        restored: after.active.intersection(before.shelved).count, retried: retried,
        unkept: unkept.count, mixture: mixture)
      return (opening, unkept)
    }
    FaultPoint.studyCommitted.pass()
    if !unkept.isEmpty { states.weights(of: opening.study.id).remove(unkept) }
    return opening
  }

  /// Keeps other processes from creating the study, or from changing it if it exists, until the end of the transaction.
  private static func lock(studyNamed name: String, _ db: Connection) throws {
    guard let openingLock = db.dialect.openingLock, let studyLock = db.dialect.studyLock else { return }
    try db.run(openingLock)
    guard let id = try db.value(Int64.self, "SELECT id FROM study WHERE name = ?", [name]) else { return }
    try db.run(studyLock, [id])
  }

  /// The study with that name, or the newest one; `nil` if there is none.
  public func study(named name: String? = nil) throws -> Study? {
    try read { db in
      if let name { return try Self.fetchStudies(db, where: "name = ?", [name]).first }
      return try Self.fetchStudies(db, where: "id = (SELECT max(id) FROM study)").first
    }
  }

  /// All studies, oldest first, with their progress.
  ///
  /// Trials of processes that are dead, or seem to be, count as pending.
  public func studies() throws -> [StudySummary] {
    try read { db in
      try Self.fetchStudies(db).map { study in
        var counts = try Self.counts(of: study.id, db)
        let abandoned = try ownedTrials(of: study.id, db).count { $0.seemsAbandoned(after: silence.limit) }
        counts.running -= abandoned
        counts.pending += abandoned
        let order = study.definition.direction.sqlOrder
        let best = try db.row(
          """
          SELECT ordinal, value FROM (
            SELECT ordinal, state, coalesce(best_value, \(Self.valueAtEnd)) AS value FROM trial
            WHERE study_id = ? AND \(Self.contender) AND state IN ('completed', 'pruned')) AS valued
          WHERE value IS NOT NULL ORDER BY CASE state WHEN 'completed' THEN 1 ELSE 2 END, value \(order), ordinal LIMIT 1
          """, [study.definition.metric, study.id])
        return StudySummary(
          study: study, counts: counts, isOver: try isOver(study, db),
          best: try best.map { try ($0["ordinal"], $0["value"]) }, states: try Self.stateSizes(of: study.id, db))
      }
    }
  }

  /// The number of a study's trials in each state.
  public func counts(of study: Study) throws -> StudyCounts {
    try read { try Self.counts(of: study.id, $0) }
  }

  // MARK: - Rows

  static func fetchStudies(_ db: Connection, where condition: String = "true", _ arguments: Connection.Arguments = [])
    throws -> [Study]
  {
    try db.rows("SELECT * FROM study WHERE \(condition) ORDER BY id", arguments).map { row in
      // JSON that somebody has changed may contain values that are not text, or be a list or a single value.
      let fixed = try db.rows(
        "SELECT key, value FROM \(db.dialect.members(of: "?"))", [row["fixed_configuration"] as String])
      return try Study(
        id: row["id"],
        definition: StudyDefinition(
          name: row["name"], model: row["model"], dataset: row["dataset"], datasetHash: row["dataset_hash"],
          searchSpace: row["search_space"],
          fixedConfiguration: fixed.map { try StudyDefinition.Setting(key: $0["key"], value: $0["value"]) },
          invocation: row["invocation"], numericVersion: row["numeric_version"],
          sampler: Sampling(rawValue: row["sampler"]) ?? .grid, trialLimit: row["trial_limit"],
          earlyStop: row["early_stop"], pruner: Pruner(row["scheduler"] as String) ?? .none, repeats: row["repeats"],
          seed: row["seed"], metric: row["metric"], direction: Direction(rawValue: row["direction"]) ?? .maximize),
        createdAt: row["created_at"])
    }
  }

  private static func insert(_ definition: StudyDefinition, _ db: Connection) throws -> Study {
    let row = try db.row(
      """
      INSERT INTO study (
        name, model, dataset, dataset_hash, search_space, fixed_configuration, fixed_configuration_hash, invocation,
        numeric_version, sampler, seed, metric, direction, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(db.dialect.now))
      ON CONFLICT (name) DO NOTHING RETURNING id, created_at
      """,
      [
        definition.name, definition.model, definition.dataset, definition.datasetHash, definition.searchSpace,
        JSON.object(definition.fixedConfiguration.map { ($0.key, JSON.string($0.value)) }),
        definition.fixedConfigurationHash,
        definition.invocation, definition.numericVersion, definition.sampler.rawValue, definition.seed,
        definition.metric, definition.direction.rawValue,
      ])
    // A copy that was made meanwhile is there when the transaction is run again.
    guard let row else { throw PostgreSQLError(conflict: "another process has made the study") }
    let id: Int64 = try row["id"]
    try db.run("INSERT INTO study_revision (study_id, revision) VALUES (?, 1)", [id])
    try update(id, definition, db)
    return Study(id: id, definition: definition, createdAt: try row["created_at"])
  }

  /// Writes the settings that may change between runs of a study.
  private static func update(_ id: Int64, _ definition: StudyDefinition, _ db: Connection) throws {
    try db.run(
      """
      UPDATE study SET search_space = ?, invocation = ?, sampler = ?, scheduler = ?, trial_limit = ?, early_stop = ?,
        repeats = ?
      WHERE id = ?
      """,
      [
        definition.searchSpace, definition.invocation, definition.sampler.rawValue, definition.pruner.description,
        definition.trialLimit, definition.earlyStop, definition.repeats, id,
      ])
  }

  /// Reads only an index, and the few repeats.
  ///
  /// - Parameter repeats: Whether trials with other seeds count.
  static func counts(of study: Int64, repeats: Bool = true, _ db: Connection) throws -> StudyCounts {
    var counts = StudyCounts()
    func add(_ condition: String, sign: Int) throws {
      let rows = try db.rows(
        "SELECT active, state, count(*) AS trials FROM trial WHERE \(condition) GROUP BY state, active", [study])
      for row in rows {
        let trials: Int = try row["trials"]
        if try row["active"] == false {
          counts.shelved += sign * trials
        } else {
          counts.add(sign * trials, to: TrialState(rawValue: try row["state"]) ?? .failed)
        }
      }
    }
    try add("study_id = ?", sign: 1)
    // The sum makes SQLite use the index of the few repeats instead of that of all trials.
    if !repeats { try add("study_id + 0 = ? AND repeat_of IS NOT NULL", sign: -1) }
    return counts
  }

  /// All differences that make the trials of two definitions incomparable.
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
  /// The value in a form that SQL can compare: booleans as 1 and 0, lists and maps as JSON.
  var sqlValue: SQLValue {
    switch self {
    case .null: .null
    case .boolean(let isTrue): isTrue.sqlValue
    case .integer(let integer): integer.sqlValue
    case .number(let number): number.sqlValue
    case .text(let text): .text(text)
    case .list, .map: .text(json)
    }
  }
}
