import Literals
import Testing

@testable import Tuner

/// Reports of a study whose users have several held-out items.
@Suite struct SeveralSamplesReportTests {
  /// 40 users with 1 to 4 samples: trial 1 hits all of the first 20 users, trial 2 only the first one of each, trial 3 none.
  private struct Several: Objective {
    static let users = (0..<40).flatMap { user in [Int32](repeating: Int32(user), count: 1 + user % 4) }

    static func ranks(_ trial: Int) -> UserRanks {
      let ranks = users.indices.map { sample -> UInt16 in
        let isFirst = sample == 0 || users[sample - 1] != users[sample]
        let hits = users[sample] < 20 && (trial == 1 || trial == 2 && isFirst)
        return hits ? 1 : 50
      }
      return UserRanks(ranks, users: users)
    }

    static func value(_ trial: Int) -> Double { Double(ranks(trial).ranks.count { $0 == 1 }) / 100 }

    func run(_ trial: RunningTrial) throws -> TrialOutcome {
      let (ranks, value) = (Self.ranks(trial.number), Self.value(trial.number))
      try trial.report(epoch: 1, values: [("valid.hit@1", value)], checkpoint: nil, isLast: true)
      return .completed(
        TrialResult(
          bestEpoch: 1, bestValue: value,
          metrics: ["valid", "test"].map { SplitMetric(split: $0, name: "hit@1", value: value) },
          ranks: ["valid": ranks, "test": ranks], otherRanks: ["valid": ranks, "test": ranks], weights: nil))
    }
  }

  private func study(_ store: StudyStore) async throws -> Study {
    let (definition, cells) = try makeStudy("a choice [1,2,3]", metric: "hit@1")
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: store, study: study, objective: Several(), workers: 1).run()
    return study
  }

  @Test func `Values are means over samples, and counts are of users`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try await study(store)
    #expect(try store.ranks(of: 2, split: "test", in: study) == Several.ranks(2))
    for isRepeatable in [nil, false] {
      let board = try store.leaderboard(of: study, LeaderboardQuery(isRepeatable: isRepeatable))
      #expect(board.rows.map(\.trial) == [1, 2, 3])
      for (row, value) in zip(board.rows, [0.5, 0.2, 0]) { #expect(abs((row.value ?? .nan) - value) < 1e-12) }
      #expect(board.rows.map { $0.certainty?.mayBeBest } == [true, false, false])
      #expect(board.text(.table).contains("95 % confidence set, 40 users"))
      // All samples of a user are alike in trial 1: the interval is nearly that of 40 users.
      let interval = try #require(board.rows[0].certainty?.interval)
      #expect(interval.low < 0.37 && interval.high > 0.63)
      #expect(interval.low > 0.25 && interval.high < 0.75)
    }
    let trials = try store.finishedTrials(of: study, metric: nil, split: "test")
    let answer = try ComparisonDocument(trials, try trials.trial(1), try trials.trial(2))
    #expect(answer.users == 40 && answer.samples == 100 && abs(answer.difference - 0.3) < 1e-12)
    // Of 20 users, 5 have one sample.
    #expect((answer.firstBetter, answer.secondBetter, answer.equal) == (15, 0, 25))
    let text = try JSONText.of(answer)
    #expect(text.contains("\"samples\" : 100") && text.contains("\"users\" : 40"))
    let importance = try ImportanceDocument(trials)
    #expect(importance.users == 40 && importance.samples == 100)
  }

  @Test func `Verification accepts them, and notices another number of a user's ranks`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    _ = try await study(store)
    let users = Several.users.map { $0 == 1 ? 0 : $0 }
    let other = UserRanks(Several.ranks(3).ranks, users: users)
    #expect(other.ranks.count == 100)
    let hex = other.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    func findings() throws -> [String] {
      try store.verify().studies.flatMap(\.checks).filter { $0.name == "results" }.flatMap(\.problems).map { "\($0)" }
    }
    #expect(try findings().isEmpty)
    let sql = "UPDATE user_rank SET ranks = X'\(hex)' WHERE trial_id = 3 AND split = 'test'"
    #expect(try sqlite(folder.database, sql) == "")
    #expect(try findings().contains { $0.contains("the same number for each user") })
  }
}
