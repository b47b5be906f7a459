import Testing

@testable import Tuner

/// Studies whose epochs are shares of the training samples.
@Suite struct EpochShareTests {
  @Test(arguments: [
    (2, "half of the training samples (epoch_fraction=0.5)"),
    (3, "a third of the training samples (epoch_fraction=1/3)"),
    (4, "a quarter of the training samples (epoch_fraction=0.25)"),
    (5, "a fifth of the training samples (epoch_fraction=0.2)"),
    (8, "1/8 of the training samples (epoch_fraction=0.125)"),
    (10, "a tenth of the training samples (epoch_fraction=0.1)"),
    (100, "1/100 of the training samples (epoch_fraction=0.01)"),
  ])
  func `A share has words`(epochsPerPass: Int, meaning: String) throws {
    let share = try #require(EpochShare(epochsPerPass: epochsPerPass))
    #expect(share.meaning == meaning && share.statement == "An epoch is \(meaning).")
    let (definition, _) = try makeStudy(fixed: ["epoch_fraction": "\(share.fraction)"])
    #expect(definition.epochShare == share)
  }

  /// A database may be a stranger's.
  @Test(arguments: ["1", "1.0", "0", "-0.2", "nan", "inf", "1e-300", "7", "x", ""])
  func `Where epochs have all samples, nothing is said`(value: String) throws {
    #expect(EpochShare(epochsPerPass: 1) == nil)
    #expect(try makeStudy(fixed: ["epoch_fraction": value]).definition.epochShare == nil)
    #expect(try makeStudy(fixed: [:]).definition.epochShare == nil)
  }

  @Test func `Every report of a study says what an epoch is`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    func study(_ name: String, fixed: [String: String]) async throws -> Study {
      let (definition, cells) = try makeStudy("a choice [1,2]", name: name, fixed: fixed)
      let study = try store.createOrContinue(definition, cells: cells).study
      _ = try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1, onEvent: { _ in }).run()
      return study
    }
    let plain = try await study("plain", fixed: [:])
    let fifths = try await study("fifths", fixed: ["epoch_fraction": "0.2", "repeatable": "false"])
    let (whole, board) = (try store.leaderboard(of: plain), try store.leaderboard(of: fifths))
    let statement = "\nAn epoch is a fifth of the training samples (epoch_fraction=0.2).\n"
    #expect(board.text(.table).contains(statement) && board.text(.markdown).contains(statement))
    #expect(board.text(.json).contains("\n  \"repeatable\": false,\n  \"epoch_fraction\": 0.2,\n"))
    let lines = board.text(.csv).split(separator: "\n")
    #expect(lines[0].hasSuffix(",repeatable,epoch_fraction"))
    #expect(lines.count == 3 && lines.dropFirst().allSatisfy { $0.hasSuffix(",false,0.2") })
    let (story, other) = (try store.story(of: 1, in: fifths), try store.story(of: 1, in: plain))
    #expect(try JSONText.of(TrialDocument(story)).contains("\"epoch_fraction\" : 0.2"))
    #expect(try store.chart(of: fifths).epochShare == "a fifth of the training samples")
    #expect(try store.chart(of: fifths).json.contains("\"epochShare\":\"a fifth of the training samples\""))
    for format in Leaderboard.Format.allCases { #expect(!whole.text(format).contains("poch_fraction")) }
    #expect(try !JSONText.of(TrialDocument(other)).contains("poch_fraction"))
    #expect(try !store.chart(of: plain).json.contains("epochShare"))
  }
}
