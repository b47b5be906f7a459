import Foundation
import Literals

extension StudyContents {
  /// Checks that completed trials have results, and that their metrics follow from their users' ranks.
  func checkResults(_ check: inout Verification.Check, _ rules: VerificationRules, _ db: Connection) throws {
    let results = try rows(
      db, "SELECT result.* FROM result JOIN trial ON trial.id = trial_id WHERE study_id = ? ORDER BY trial_id, position"
    )
    let names = try Dictionary(grouping: results.values.joined(), by: Self.name)
      .mapValues(\.count)
    let places = rules.decimalPlaces(definition)
    var counts = Counts()
    var splits: Set<String> = []
    var users: [String: (trial: Int, ranks: UserRanks)] = [:]
    for trial in trials {
      let own = results[trial.id] ?? []
      guard trial.state == .completed else {
        if !own.isEmpty {
          check.fail(
            trial.place, found: "results of a \(trial.state.rawValue) trial",
            expected: "results of completed trials only")
        }
        continue
      }
      let have = Set(try own.map(Self.name))
      for name in names.keys.sorted() where !have.contains(name) {
        check.fail(trial.place, found: "no \(name)", expected: "the same results as the other trials")
      }
      if own.isEmpty { check.fail(trial.place, found: "no results", expected: "results, since the trial is completed") }
      let ranks = try ranks(of: trial, db)
      splits.formUnion(ranks.keys)
      for (split, list) in ranks.sorted(by: { $0.key < $1.key }) {
        checkUsers(of: list, split: split, of: trial, rules, &users, &check)
        if list.areDamaged { check.fail(trial.place, found: "a rank 0 in \(split)", expected: "ranks from 1") }
      }
      try checkOtherRanks(ranks, of: trial, &check, db)
      for row in own { try checkMetric(row, ranks, of: trial, places, &counts, &check) }
      counts.lists += ranks.count
    }
    for trial in trials where trial.state == .completed {
      let missing = splits.subtracting(try ranks(of: trial, db).keys)
      for split in missing.sorted() {
        check.fail(trial.place, found: "no ranks in \(split)", expected: "a rank for each user")
      }
    }
    check.summary =
      "\(counts.recomputed.counting("metric")) recomputed from \(counts.lists.counting("list")) of ranks"
    if counts.unknown > 0 {
      check.notes.append("\(counts.unknown.counting("metric")) not recomputed, since they are not functions of ranks")
    }
  }

  private static func name(_ row: SQLRow) throws -> String {
    let (split, metric): (String, String) = try (row["split"], row["metric"])
    return MetricName(split: split, name: metric).description
  }

  private struct Counts {
    var recomputed = 0
    var unknown = 0
    var lists = 0
  }

  private func ranks(of trial: Trial, _ db: Connection) throws -> [String: UserRanks] {
    let rows = try db.rows("SELECT split, ranks FROM user_rank WHERE trial_id = ?", [trial.id])
    return Dictionary(try rows.map { try ($0["split"], UserRanks(bytes: $0["ranks"])) }) { $1 }
  }

  /// Checks the ranks of the ranking in which the study is not tuned: without some of the items, no rank is larger.
  private func checkOtherRanks(
    _ ranks: [String: UserRanks], of trial: Trial, _ check: inout Verification.Check, _ db: Connection
  ) throws {
    let rows = try db.rows(
      "SELECT split, other_ranks FROM user_rank WHERE trial_id = ? AND other_ranks IS NOT NULL ORDER BY split",
      [trial.id])
    for row in rows {
      let split: String = try row["split"]
      let (own, other) = (ranks[split] ?? [], UserRanks(bytes: try row["other_ranks"]))
      let (all, unseen) = definition.isRepeatable ? (own, other) : (other, own)
      if !own.haveSameUsers(as: other) {
        check.fail(
          trial.place, found: "\(other.size) in the other ranking of \(split)",
          expected: "\(own.size(besides: other)), as in its own")
      } else if other.areDamaged || zip(unseen.ranks, all.ranks).contains(where: { $0 > $1 }) {
        check.fail(
          trial.place, found: "ranks in \(split) that grow when items are left out",
          expected: "ranks from 1 that do not")
      }
    }
  }

  /// Checks that trials that read the same data have the same users.
  private func checkUsers(
    of ranks: UserRanks, split: String, of trial: Trial, _ rules: VerificationRules,
    _ users: inout [String: (trial: Int, ranks: UserRanks)], _ check: inout Verification.Check
  ) {
    let data = trial.hyperparameters.pairs.filter { rules.dataParameters.contains($0.name) }
    let key = split + Hyperparameters(data).canonical
    guard let first = users[key] else {
      users[key] = (trial.number, ranks)
      return
    }
    if !first.ranks.haveSameUsers(as: ranks) {
      check.fail(
        trial.place, found: "\(ranks.size) in \(split)",
        expected: "\(first.ranks.size(besides: ranks)), as in trial \(first.trial)")
    }
  }

  private func checkMetric(
    _ row: SQLRow, _ ranks: [String: UserRanks], of trial: Trial, _ places: Int?, _ counts: inout Counts,
    _ check: inout Verification.Check
  ) throws {
    let (split, name): (String, String) = try (row["split"], row["metric"])
    let fullName = MetricName(split: split, name: name)
    let stored: Double? = try row["value"]
    if split == "valid", name == definition.metric, let best = trial.bestValue, stored != best {
      check.fail(trial.place, found: "\(fullName) \(Self.text(stored))", expected: "\(best), its best value")
    }
    if split == "valid", name == definition.metric, trial.bestValue == nil, let stored, ranks[split]?.isEmpty == false {
      check.fail(
        trial.place, found: "no value, and \(fullName) \(stored) among its results",
        expected: "the same value; '\(ProgramCommand.line("resume \(study.name.inShell)"))' stores it")
    }
    guard let metric = RankMetric(name), let list = ranks[split] else {
      counts.unknown += 1
      return
    }
    guard !list.isEmpty else {
      // Earlier versions wrote 0, which reports omit.
      if let stored, stored != 0 {
        check.fail(trial.place, found: "\(fullName) \(stored)", expected: "none, since '\(split)' has no samples")
      }
      return
    }
    counts.recomputed += 1
    let value = metric.values(of: list).mean
    // Half a unit of the last decimal place, plus the rounding error of floating-point numbers of this size.
    let tolerance = (places.map { 0.5 * pow(10, -Double($0)) } ?? 0) * (1 + 1e-9) + 1e-12
    if !(abs(value - (stored ?? .nan)) <= tolerance) {
      check.fail(
        trial.place, found: "\(fullName) \(Self.text(stored))",
        expected: "\(value), computed from its users' ranks")
    }
  }
}

extension UserRanks {
  /// The number of ranks, in words.
  fileprivate var size: String { "\(ranks.count) ranks" }

  /// The number of ranks beside that of another list of other users.
  fileprivate func size(besides other: Self) -> String {
    ranks.count == other.ranks.count ? "the same number for each user" : "\(ranks.count)"
  }
}
