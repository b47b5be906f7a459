import Literals

extension StudyStore {
  /// Makes `cells` the active trials of a study, in this order; repeats are not changed.
  ///
  /// When points are drawn, only as many of `cells` are taken as the study lacks.
  static func align(
    _ study: Study, with cells: [Hyperparameters], cost: @escaping (Hyperparameters) -> TrialCost?,
    where isPossible: (Hyperparameters) -> Bool, _ db: Connection
  ) throws {
    let kept = study.definition.sampler.draws ? try keptPoints(of: study, db).filter(isPossible) : []
    let writer = try TrialWriter(study, cost: cost, db)
    let limit = max(cells.count, kept.count)
    for cell in kept + cells where writer.presentCount < limit { try writer.add(cell, turn: writer.presentCount + 1) }
    try writer.shelveOthers()
  }

  /// Adds a point proposed by a sampler, to be tried after all others.
  static func add(
    _ cell: Hyperparameters, to study: Study, cost: @escaping (Hyperparameters) -> TrialCost?, _ db: Connection
  ) throws {
    let writer = try TrialWriter(study, cost: cost, db)
    try writer.add(cell, turn: writer.lastNumber &+ 1)
  }

  /// The points that stay in the study when points are drawn: ended ones and, with a sampler that learns, started ones.
  ///
  /// They are in the order of the trials; points that are no longer in the search space are omitted.
  private static func keptPoints(of study: Study, _ db: Connection) throws -> [Hyperparameters] {
    let space = try SearchSpace(parsing: study.definition.searchSpace, file: study.name)
    let begun = study.definition.sampler == .tpe ? "attempt > 0" : "state NOT IN ('pending', 'running')"
    let ids = try db.values(
      Int64.self, "SELECT id FROM trial WHERE study_id = ? AND repeat = 0 AND \(begun) ORDER BY ordinal", [study.id])
    let points = try allHyperparameters(of: study.id, db)
    return ids.map { Hyperparameters(points[$0] ?? []) }.filter(space.contains)
  }

  /// The trials that currently belong to the study, and the shelved ones.
  static func activity(of study: Study, _ db: Connection) throws -> (active: Set<TrialKey>, shelved: Set<TrialKey>) {
    var (active, shelved): (Set<TrialKey>, Set<TrialKey>) = ([], [])
    let sql = "SELECT id, ordinal, active FROM trial WHERE study_id = ? AND \(stored) AND repeat = 0"
    try db.each(sql, [study.id]) { row in
      let key = try TrialKey(id: row["id"], number: row["ordinal"])
      if try row["active"] { active.insert(key) } else { shelved.insert(key) }
    }
    return (active, shelved)
  }

  /// Makes failed trials pending again and returns their number; the failure messages stay with their attempts.
  static func retryFailed(in study: Study, _ db: Connection) throws -> Int {
    try apply(.retry, where: "study_id = ? AND active = 1", [study.id], db)
  }
}

/// A trial's row and its number.
struct TrialKey: Hashable, Sendable {
  let id: Int64
  let number: Int
}

/// Writes a study's trials, each configuration once.
private final class TrialWriter {
  private let study: Study
  private let cost: (Hyperparameters) -> TrialCost?
  private let db: Connection

  /// What a trial has for a given place in the study.
  private struct Place: Equatable {
    let isActive: Bool
    let turn: Int
    let epochCost: Double?
    let epochLimit: Int?
  }

  /// The existing trials, by fingerprint.
  private var known: [String: (id: Int64, place: Place)] = [:]
  private(set) var lastNumber = 0
  private var present: Set<String> = []

  init(_ study: Study, cost: @escaping (Hyperparameters) -> TrialCost?, _ db: Connection) throws {
    self.study = study
    self.cost = cost
    self.db = db
    try db.each(
      """
      SELECT id, fingerprint, active, ordinal, repeat, turn, epoch_cost, epoch_limit FROM trial
      WHERE study_id = ? AND \(StudyStore.stored)
      """, [study.id]
    ) { row in
      lastNumber = max(lastNumber, try row["ordinal"])
      guard try row["repeat"] == 0 else { return }
      let place = try Place(
        isActive: row["active"], turn: row["turn"], epochCost: row["epoch_cost"], epochLimit: row["epoch_limit"])
      known[try row["fingerprint"]] = (try row["id"], place)
    }
  }

  var presentCount: Int { present.count }

  /// Adds a cell to the study, unless it has already been added.
  func add(_ cell: Hyperparameters, turn: Int) throws {
    let fingerprint = study.definition.fingerprint(of: cell)
    guard present.insert(fingerprint).inserted else { return }
    let cost = cost(cell)
    if let trial = known[fingerprint] {
      let place = Place(isActive: true, turn: turn, epochCost: cost?.perEpoch, epochLimit: cost?.epochs)
      guard trial.place != place else { return }
      return try db.run(
        "UPDATE trial SET active = 1, turn = ?, epoch_cost = ?, epoch_limit = ? WHERE id = ?",
        [turn, cost?.perEpoch, cost?.epochs, trial.id])
    }
    // Past the largest number it becomes negative, which the table refuses.
    lastNumber &+= 1
    let id = try db.insert(
      """
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration, turn, epoch_cost, epoch_limit)
      VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id
      """, [study.id, lastNumber, fingerprint, cell.json, turn, cost?.perEpoch, cost?.epochs])
    try StudyStore.writeParameters(cell, of: id, db)
  }

  /// Shelves the trials that were not added.
  func shelveOthers() throws {
    for (fingerprint, trial) in known where trial.place.isActive && !present.contains(fingerprint) {
      try db.run("UPDATE trial SET active = 0 WHERE id = ?", [trial.id])
    }
  }
}

extension StudyStore {
  static func writeParameters(_ cell: Hyperparameters, of trial: Int64, _ db: Connection) throws {
    for (index, pair) in cell.pairs.enumerated() {
      try db.run(
        "INSERT INTO trial_parameter (trial_id, position, name, value, literal) VALUES (?, ?, ?, ?, ?)",
        [trial, index + 1, pair.name, db.dialect.stored(pair.value.sqlValue), pair.value.python])
    }
  }
}
