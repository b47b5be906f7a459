import Foundation
import Model
import Testing
import Tuner

/// Metrics over lists and GAUC, through the real program.
@Suite(.serialized) struct ListMetricsTests {
  private static let names = [
    "gauc", "itemcoverage@5", "averagepopularity@5", "shannonentropy@5", "giniindex@5", "tailpercentage@5",
  ]
  private static let settings =
    Shop.settings + [
      "--metrics=[NDCG,GAUC,ItemCoverage,AveragePopularity,ShannonEntropy,GiniIndex,TailPercentage]", "--topk=5",
      "--tail_ratio=0.25", "--metric_decimal_place=12",
    ]

  /// A shop with three studies of the same grid: by a metric of which less is better, by GAUC, and in the ranking without what users have had.
  private static let shop = Result {
    let shop = try Shop()
    try shop.program.write("learning_rate choice [0.02,0.005,0.0001]\n", to: "grid.test")
    for (name, more) in [
      ("gini", ["--valid_metric=GiniIndex@5"]), ("gauc", ["--valid_metric=GAUC"]),
      ("unseen", ["--valid_metric=NDCG@5", "--repeatable=False"]),
    ] {
      let ending = try shop.program.run(
        ["--params_file=grid.test", "--n_layers=1", "--study=\(name)"] + settings + more)
      #expect(ending.status == 0, "\(ending.errors)")
    }
    return shop
  }

  private func program() throws -> Program { try Self.shop.get().program }

  private func output(_ arguments: String...) throws -> String {
    let ending = try program().run(arguments)
    #expect(ending.status == 0, "\(ending.errors)")
    return ending.output
  }

  /// The rows of a CSV, by column.
  private func table(_ arguments: String...) throws -> [[String: String]] {
    let lines = try program().run(["leaderboard"] + arguments + ["--format=csv"]).output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(zip(lines.first ?? [], $0)) { $1 } }
  }

  private func numbers(_ column: String, _ rows: [[String: String]]) -> [Double] {
    rows.compactMap { $0[column].flatMap(Double.init) }
  }

  @Test func `The model and the tuner know the same metrics`() {
    for metric in RankingMetric.allCases {
      let name = metric == .gauc ? "gauc" : "\(metric.rawValue)@10"
      #expect((RankMetric(name) == nil) == (WholeMetric(name) != nil), "\(name)")
      #expect((Direction(ofMetric: name) == .minimize) == [.averagePopularity, .giniIndex].contains(metric))
    }
  }

  @Test(arguments: [
    ("gini", "valid.giniindex@5", true), ("gauc", "valid.gauc", false), ("unseen", "valid.ndcg@5", false),
  ])
  func `A study is ranked by its metric, the best first`(study: String, metric: String, isLessBetter: Bool) throws {
    let values = numbers(metric, try table(study))
    #expect(values.count == 3 && Set(values).count > 1)
    #expect(values == values.sorted { isLessBetter ? $0 < $1 : $0 > $1 })
    #expect(try numbers("value", table(study)) == values)
    let stored = try SQLite.run(
      "SELECT direction FROM study WHERE name = '\(study)'", in: program()
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(stored == (isLessBetter ? "minimize" : "maximize"))
    // Each trial's value is its best validation.
    for row in try table(study) {
      let curve = try SQLite.run(
        """
        SELECT \(isLessBetter ? "min" : "max")(value) FROM learning_curve JOIN trial ON trial.id = trial_id
        JOIN study ON study.id = study_id
        WHERE study.name = '\(study)' AND ordinal = \(row["trial"] ?? "") AND learning_curve.metric = '\(metric)'
        """, in: program())
      #expect(Double(curve.trimmingCharacters(in: .whitespacesAndNewlines)) == Double(row["value"] ?? ""))
    }
  }

  @Test func `Each metric sorts in its own direction`() throws {
    for name in Self.names {
      for split in ["valid", "test"] {
        let values = try numbers("\(split).\(name)", table("unseen", "--sort=\(split).\(name)"))
        let isLessBetter = name.hasPrefix("gini") || name.hasPrefix("average")
        #expect(values.count == 3 && values == values.sorted { isLessBetter ? $0 < $1 : $0 > $1 }, "\(split).\(name)")
      }
    }
    let text = try output("leaderboard", "gini")
    #expect(text.contains("giniindex@5 is measured over the lists of all users together, so it has no interval"))
    #expect(try output("leaderboard", "gini", "--sort=ndcg@3").contains("95 % interval"))
  }

  @Test func `The front is marked where it is asked for`() throws {
    let plain = try output("leaderboard", "gini")
    let marked = try output("leaderboard", "gini", "--front")
    #expect(!plain.contains("front") && marked.contains("* on the front of giniindex@5 and TFLOP"))
    // All trials cost the same.
    #expect(try table("gini", "--front").map { $0["on_front"] } == ["true", "false", "false"])
    #expect(try output("leaderboard", "gini", "--front", "--format=json").contains("\"on_front\":true"))
    #expect(try program().run(["leaderboard", "gini", "--front", "--top=1"]).output.contains("*"))
  }

  /// The test histories of the users, whose lists `recommend` can write.
  @Test func `Metrics are those of the lists that are recommended`() throws {
    let program = try program()
    let tested = (0..<Shop.userCount).filter { Shop.history(of: $0).count >= 3 }
    try program.write(
      tested.map { user in
        (["user \(user)"] + Shop.history(of: user).dropLast().map { "i\($0)" }).joined(separator: "\t")
      }.joined(separator: "\n"), to: "cut.tsv")
    let rows = try Shop.rows(
      program.run(["recommend", "gini", "--histories=cut.tsv", "--top=5", "--repeatable=True", "--format=csv"]))
    #expect(rows.count == 5 * tested.count)
    // The last two items of a user are held out, and the first one is no target.
    var training: [String: Int] = [:]
    for user in 0..<Shop.userCount where Shop.history(of: user).count >= 4 {
      for item in Shop.history(of: user).dropFirst().dropLast(2) { training["i\(item)", default: 0] += 1 }
    }
    for user in tested where Shop.history(of: user).count == 3 {
      training["i\(Shop.history(of: user)[1])", default: 0] += 1
    }
    let counts = Dictionary(grouping: rows, by: \.item).mapValues(\.count)
    let best = try #require(try table("gini").first)
    func value(_ name: String) throws -> Double { try #require(Double(best["test.\(name)"] ?? "")) }
    #expect(abs(try value("itemcoverage@5") - Double(counts.count) / Double(Shop.itemCount + 1)) < 1e-11)
    let popularity = rows.reduce(0) { $0 + (training[$1.item] ?? 0) }
    #expect(abs(try value("averagepopularity@5") - Double(popularity) / Double(rows.count)) < 1e-11)
    let shares = counts.values.map { Double($0) / Double(rows.count) }
    let entropy = shares.reduce(0) { $0 - $1 * log($1) } / Double(counts.count)
    #expect(abs(try value("shannonentropy@5") - entropy) < 1e-11)
  }

  private static func testRow(_ ending: Program.Ending) -> [Substring] {
    let row = ending.output.split(separator: "\n").first { $0.hasPrefix("test") }
    return row?.split(separator: " ") ?? []
  }

  @Test func `Saved weights have the metrics of the training, in either ranking`() throws {
    let program = try program()
    for ranking in ["True", "False"] {
      let saving = ["--n_layers=1", "--save=m.safetensors", "--valid_metric=NDCG@5", "--repeatable=\(ranking)"]
      let trained = try program.run(["train"] + Self.settings + saving)
      #expect(trained.status == 0, "\(trained.errors)")
      let evaluated = try program.run(["evaluate", "--weights=m.safetensors"])
      let (test, own) = (Self.testRow(trained), Self.testRow(evaluated))
      #expect(evaluated.status == 0 && test.count == 8 && test == own, "\(evaluated)")
      #expect(evaluated.output.contains("gauc") && evaluated.output.contains("tailpercentage@5"))
    }
  }

  @Test(arguments: ["gini", "gauc"])
  func `An ensemble is chosen in the direction of the metric`(study: String) throws {
    let text = try output("ensemble", study, "--size=2", "--to=of-\(study)", "--format=json")
    struct Document: Decodable {
      struct Member: Decodable { let alone, together: Double }
      struct Comparison: Decodable {
        let split: String
        let single, ensemble, difference: Double
        let low: Double?
      }
      let members: [Member]
      let comparisons: [Comparison]
    }
    let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
    let alone = document.members.map(\.alone)
    #expect(alone.first == (study == "gini" ? alone.min() : alone.max()))
    #expect(document.comparisons.map(\.split) == ["valid", "test"])
    #expect(document.comparisons.allSatisfy { ($0.low == nil) == (study == "gini") })
    let metric = study == "gini" ? "giniindex@5" : "gauc"
    let test = try #require(document.comparisons.last)
    let own = try #require(numbers("test.\(metric)", try table(study)).first)
    #expect(abs(test.single - own) < 1e-9)
    let ending = try program().run([
      "evaluate", "--weights=of-\(study)", "--format=json", "--metrics=[GAUC,GiniIndex]", "--valid_metric=GAUC",
    ])
    struct Answer: Decodable { let metrics: [String: Double] }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(ending.output.utf8))
    #expect(abs((answer.metrics[metric] ?? .nan) - test.ensemble) < 1e-9, "\(ending)")
    let shown = try output("ensemble", study, "--size=2")
    #expect(shown.contains("so there is no interval.") == (study == "gini"))
  }

  @Test func `What has no value for each user says so`() throws {
    for command in [["compare", "gini", "1", "2"], ["importance", "gini"]] {
      let ending = try program().run(command)
      #expect(ending.status == 2)
      #expect(ending.errors.contains("'giniindex@5', which is measured over the lists of all users together"))
      #expect(try program().run(command + ["--metric=ndcg@5"]).status == 0)
    }
    for command in [["leaderboard", "gini"], ["chart", "gini", "--to=c.html"]] {
      let ending = try program().run(command + ["--repeatable=False"])
      #expect(ending.status == 2 && ending.errors.contains("measured in the study's own ranking only"), "\(ending)")
    }
    let other = try output("leaderboard", "unseen", "--repeatable=True")
    #expect(other.contains("Measured in the study's own ranking only, and not shown here: gauc, itemcoverage@5"))
    #expect(try program().run(["chart", "gini", "--to=c.html"]).status == 0)
    let verified = try program().run(["verify"])
    #expect(verified.status == 0 && verified.output.contains("not recomputed"), "\(verified)")
  }

  @Test func `A target is reached from above where less is better`() throws {
    let program = try program()
    let run = ["--params_file=grid.test", "--n_layers=1", "--workers=1", "--valid_metric=GiniIndex@5"] + Self.settings
    let ending = try program.run(run + ["--study=target", "--target=giniindex@5<=1"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(try table("target").count == 1)
    let wrong = try program.run(run + ["--study=other", "--target=giniindex@5>0.1"])
    #expect(wrong.status == 2 && wrong.errors.contains("since smaller is better for giniindex@5"), "\(wrong.errors)")
  }

  @Test func `A description has the metrics of the ranking by popularity`() throws {
    let text = try output(
      "dataset", "describe", "shop", "--metrics=[GAUC,ItemCoverage,GiniIndex]", "--valid_metric=GAUC", "--topk=5")
    // All users have the same list of five items, of 41 with padding.
    let row = try #require(text.split(separator: "\n").last { $0.contains("test") })
    #expect(row.contains("0.1220"), "\(text)")
    #expect(text.contains("gauc") && text.contains("itemcoverage@5") && text.contains("giniindex@5"))
  }
}
