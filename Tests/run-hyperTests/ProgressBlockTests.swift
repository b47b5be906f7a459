import Testing
import Tuner
import run_hyper

@Suite struct ProgressBlockTests {
  private static func parameters(rate: String, layers: String) -> [StudyProgress.Parameter] {
    [.init(name: "learning_rate", value: rate), .init(name: "n_layers", value: layers)]
  }

  /// A study with a pruner, in the middle: the running trials differ in the second parameter.
  private static let progress = {
    var progress = StudyProgress(
      total: 80, ended: 78, metric: "ndcg@10",
      best: .init(
        value: 0.2248, trial: 34, epoch: 9, parameters: parameters(rate: "0.001", layers: "2"),
        interval: 0.1976...0.2542))
    progress.align(total: 80, ended: 78, pruned: 70, work: .init(total: 100, ended: 50))
    for (trial, layers) in [(36, "1"), (41, "2")] {
      progress.start(trial, parameters: parameters(rate: "0.005", layers: layers), work: 20)
      progress.advance(trial, to: 0.5, detail: "epoch \(trial - 30) of 12")
    }
    for value in [0.1, 0.15, 0.125] { progress.validate(36, value: value) }
    return progress
  }()

  private static func block(width: Int, height: Int = .max, _ glyphs: Terminal.Glyphs = .unicode) -> [String] {
    ProgressBlock(progress, after: 38.5, width: width, height: height, glyphs: glyphs).lines.map(\.text)
  }

  @Test func `A wide terminal sees everything`() {
    #expect(
      Self.block(width: 159) == [
        "best ndcg@10 0.2248 (0.1976 to 0.2542)  trial 34  epoch 9  learning_rate=0.001 n_layers=2",
        "8 of 80 finished, 70 paused, 2 running  70 % ███████░░░  38 s, about 58 s left  1.6 trials/min",
        "  trial 36 ████░░░░ epoch 6 of 12  0.1250 ▁█▅  learning_rate=0.005 n_layers=1",
        "  trial 41 ████░░░░ epoch 11 of 12  learning_rate=0.005 n_layers=2",
      ])
  }

  @Test func `With 80 columns, the speed goes, and nothing else that matters`() {
    #expect(
      Self.block(width: 79) == [
        "best ndcg@10 0.2248 (0.1976 to 0.2542)  trial 34  epoch 9  learning_rate=0.001",
        "8 of 80 finished, 70 paused, 2 running  70 % ███████░░░  38 s, about 58 s left",
        "  trial 36 ████░░░░ epoch 6 of 12  0.1250 ▁█▅  learning_rate=0.005 n_layers=1",
        "  trial 41 ████░░░░ epoch 11 of 12  learning_rate=0.005 n_layers=2",
      ])
  }

  @Test func `With 60 columns, of a trial's parameters those are left in which the running ones differ`() {
    #expect(
      Self.block(width: 59) == [
        "best ndcg@10 0.2248 (0.1976 to 0.2542)  trial 34  epoch 9",
        "8 of 80 finished, 70 paused  38 s, about 58 s left",
        "  trial 36 ████░░░░ epoch 6 of 12  0.1250 ▁█▅  n_layers=1",
        "  trial 41 ████░░░░ epoch 11 of 12  n_layers=2",
      ])
  }

  @Test func `With 30 columns, the best value, its trial, the time left and the epochs are left`() {
    #expect(
      Self.block(width: 34) == [
        "best ndcg@10 0.2248  trial 34",
        "8 of 80 finished, about 58 s left",
        "  trial 36 epoch 6 of 12  0.1250",
        "  trial 41 ████░░░░ epoch 11 of 12",
      ])
    #expect(Self.block(width: 9) == ["best ndc…", "8 of 80 …", "  trial …", "  trial …"])
    for width in 1...170 { #expect(Self.block(width: width).allSatisfy { $0.count <= width }) }
  }

  @Test func `Where there is only ASCII, bars are of it, and there is no curve`() {
    let lines = Self.block(width: 159, .ascii)
    #expect(lines[2] == "  trial 36 ####.... epoch 6 of 12  0.1250  learning_rate=0.005 n_layers=1")
    let isASCII = lines.joined().allSatisfy(\.isASCII)
    #expect(isASCII)
  }

  @Test func `Trials that do not fit into the height are counted`() {
    #expect(Self.block(width: 60, height: 4).suffix(1) == ["  and 1 more"])
    #expect(Self.block(width: 60, height: 1).count == 4)
    #expect(Self.block(width: 60, height: 5).count == 4)
  }

  @Test func `Before the first validation there is no best value`() {
    var progress = StudyProgress(total: 3, ended: 0, metric: "mrr@10", best: nil)
    progress.start(1, parameters: [])
    #expect(
      ProgressBlock(progress, after: 0.2, width: 80).lines.map(\.text) == [
        "0 of 3 finished, 1 running  0 % ░░░░░░░░░░  0 s", "  trial 1 ░░░░░░░░",
      ])
  }

  @Test func `A new best has a line of its own`() throws {
    let best = try #require(Self.progress.best)
    #expect(
      ProgressBlock.record(best, Self.progress)
        == "new best: ndcg@10 0.2248, trial 34, epoch 9: learning_rate=0.001 n_layers=2")
    #expect(
      ProgressBlock.record(.init(value: 0.5, trial: 1), Self.progress) == "new best: ndcg@10 0.5000, trial 1")
  }

  @Test(arguments: [(80, 3), (79, 3), (60, 4), (40, 4), (39, 6)])
  func `Lines take up more rows in a narrower terminal`(width: Int, rows: Int) {
    let lines = [79, 40, 0].map { String(repeating: "x", count: $0) }
    #expect(ProgressBlock.rows(of: lines, width: width) == rows)
  }

  // MARK: - What a terminal can show

  @Test(
    arguments: [
      (["TERM": "xterm"], .init(redraws: true, hasColor: true, glyphs: .unicode)),
      (["TERM": "dumb"], .init(redraws: false, hasColor: false, glyphs: .unicode)),
      ([:], .init(redraws: false, hasColor: false, glyphs: .unicode)),
      (["TERM": "xterm", "NO_COLOR": "1"], .init(redraws: true, hasColor: false, glyphs: .unicode)),
      (["TERM": "xterm", "NO_COLOR": ""], .init(redraws: true, hasColor: true, glyphs: .unicode)),
      (["TERM": "xterm", "LANG": "C"], .init(redraws: true, hasColor: true, glyphs: .ascii)),
      (["TERM": "xterm", "LANG": "C.UTF-8"], .init(redraws: true, hasColor: true, glyphs: .unicode)),
      (["TERM": "xterm", "LANG": "en_US.utf8"], .init(redraws: true, hasColor: true, glyphs: .unicode)),
      (["TERM": "xterm", "LANG": "en_US.UTF-8", "LC_ALL": "C"], .init(redraws: true, hasColor: true, glyphs: .ascii)),
      (["TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"], .init(redraws: true, hasColor: true, glyphs: .unicode)),
    ] as [([String: String], Terminal)])
  func `What a terminal can show follows from its kind, the locale and the wish for no color`(
    environment: [String: String], terminal: Terminal
  ) {
    #expect(Terminal(isTerminal: true, environment: environment) == terminal)
    let none = Terminal(isTerminal: false, environment: environment)
    #expect(!none.redraws && !none.hasColor)
  }
}
