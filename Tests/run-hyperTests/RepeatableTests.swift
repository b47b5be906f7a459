import Foundation
import Testing

/// `repeatable`, through the real program: rankings with and without what users have had.
@Suite(.serialized) struct RepeatableTests {
  private static let settings =
    Shop.settings.filter { !$0.hasPrefix("--epochs=") } + ["--epochs=1", "--topk=[5,40]", "--valid_metric=NDCG@5"]

  /// A shop with the same grid twice: in one ranking and in the other.
  private static let shop = Result {
    let shop = try Shop()
    try shop.program.write("n_layers choice [1,2]\ntrain_batch_size choice [32,512]\n", to: "grid.test")
    for (name, more) in [("usual", []), ("unseen", ["--repeatable=False"])] {
      let ending = try shop.program.run(["--params_file=grid.test", "--study=\(name)"] + settings + more)
      #expect(ending.status == 0, "\(ending.errors)")
      #expect(ending.errors.contains("repeatable=False") == !more.isEmpty)
      #expect(ending.output.contains("\nRanked without items that the user had had before") == !more.isEmpty)
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
  private func table(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(zip(lines.first ?? [], $0)) { $1 } }
  }

  /// With one epoch there is nothing to choose, so both studies have the same weights.
  @Test(arguments: [("usual", "unseen", "False"), ("unseen", "usual", "True")])
  func `A query in the other ranking has the numbers of a study that is tuned in it`(
    asked: String, tuned: String, setting: String
  ) throws {
    let other = try table(output("leaderboard", asked, "--repeatable=\(setting)", "--format=csv"))
    let own = try table(output("leaderboard", tuned, "--repeatable=\(setting)", "--format=csv"))
    #expect(own.count == 4 && other.map { $0["trial"] } == own.map { $0["trial"] })
    let metrics = try #require(own.first).keys.filter { $0.contains("@") }
    #expect(metrics.count == 20)
    for (other, own) in zip(other, own) {
      for column in metrics + ["value", "interval_low", "interval_high"] {
        let (a, b) = (try #require(Double(other[column] ?? "")), try #require(Double(own[column] ?? "")))
        // The study's own metrics are rounded to four decimal places.
        #expect(abs(a - b) <= 0.5e-4 + 1e-12, "\(column)")
      }
      #expect(other["may_be_best"] == own["may_be_best"] && other["repeatable"] == setting.lowercased())
    }
    let usual = try table(output("leaderboard", asked, "--format=csv"))
    #expect(usual.map { $0["test.ndcg@5"] } != other.map { $0["test.ndcg@5"] })
  }

  @Test func `Every report says and takes the ranking`() throws {
    let statement =
      "Ranked without items that the user had had before (repeatable=False). "
      + "Each trial's epoch was chosen with them (the study's repeatable=True)."
    for command in [["leaderboard", "usual"], ["compare", "usual", "1", "2"], ["importance", "usual"]] {
      for split in command[0] == "leaderboard" ? [[]] : [["--split=valid"], ["--split=test"]] {
        let asked = try program().run(command + split + ["--repeatable=false"])
        #expect(asked.output.contains(statement), "\(asked)")
        let plain = try program().run(command + split)
        #expect(plain.status == 0 && !plain.output.contains("epeatable"))
        #expect(plain.output != asked.output.replacing(statement, with: ""))
      }
      let json = try program().run(command + ["--format=json", "--repeatable=False"])
      #expect(json.output.contains("\"repeatable\" : false") || json.output.contains("\"repeatable\": false"))
    }
    #expect(try output("show", "unseen", "1").contains("Ranked without items that the user had had before"))
    #expect(try output("leaderboard", "usual", "--sort=test.mrr@3", "--repeatable=False").contains("test.mrr@3"))
    let folder = try program().folder
    let pages = try [[], ["--repeatable=False"]].map { more in
      let ending = try program().run(["chart", "usual", "--to=page.html"] + more)
      #expect(ending.status == 0 && ending.output.isEmpty && ending.errors == "Wrote page.html\n", "\(ending)")
      return try String(contentsOf: folder.appendingPathComponent("page.html"), encoding: .utf8)
    }
    #expect(!pages[0].contains("epeatable=") && pages[1].contains(statement))
    let verified = try program().run(["verify"])
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test func `The rank among unseen items is that of the recommendations`() throws {
    let program = try program()
    let tested = (0..<Shop.userCount).filter { Shop.history(of: $0).count >= 3 }
    try program.write(
      tested.map { user in
        (["user \(user)"] + Shop.history(of: user).dropLast().map { "i\($0)" }).joined(separator: "\t")
      }.joined(separator: "\n"), to: "cut.tsv")
    let rows = try Shop.rows(
      program.run(["recommend", "unseen", "--histories=cut.tsv", "--top=100", "--format=csv"]))
    let best = try output("leaderboard", "unseen", "--format=csv", "--top=1")
    let trial = try #require(table(best).first?["trial"])
    for (study, column) in [("unseen", "ranks"), ("usual", "other_ranks")] {
      let text = try SQLite.run(
        """
        SELECT hex(\(column)) FROM user_rank JOIN trial ON trial.id = trial_id JOIN study ON study.id = study_id
        WHERE study.name = '\(study)' AND ordinal = \(trial) AND split = 'test'
        """, in: program
      ).trimmingCharacters(in: .whitespacesAndNewlines)
      let recorded = stride(from: 0, to: text.utf8.count, by: 4).compactMap { place in
        // Less than 256.
        Int(text.dropFirst(place).prefix(2), radix: 16)
      }
      #expect(recorded.count == tested.count)
      var compared = 0
      for (user, rank) in zip(tested, recorded) {
        let target = Shop.history(of: user).last ?? 0
        // A target that the user had had before is ranked, but not recommended.
        guard !Shop.history(of: user).dropLast().contains(target) else { continue }
        #expect(rows.first { $0.user == "user \(user)" && $0.item == "i\(target)" }?.rank == rank)
        compared += 1
      }
      #expect(compared > 100)
    }
  }

  @Test func `Saved weights keep their ranking, and are evaluated in either`() throws {
    let program = try program()
    let saving = ["--n_layers=1", "--train_batch_size=32", "--save=unseen.safetensors", "--repeatable=False"]
    let trained = try program.run(["train"] + Self.settings + saving)
    #expect(trained.status == 0 && trained.errors.contains(", ranked without items that the user had had before"))
    let test = trained.output.split(separator: "\n").filter { $0.contains("test") }.joined(separator: "\n")
    let own = try program.run(["evaluate", "--weights=unseen.safetensors"])
    let named = try program.run(["evaluate", "--weights=unseen.safetensors", "--repeatable=False"])
    let other = try program.run(["evaluate", "--weights=unseen.safetensors", "--repeatable=True"])
    #expect(own.status == 0 && !test.isEmpty && own.output == named.output && own.output != other.output)
    #expect(own.errors.contains("ranked without items that the user had had before (repeatable=False)"))
    #expect(!other.errors.contains("epeatable"))
    let json = try program.run(["evaluate", "--weights=unseen.safetensors", "--format=json"])
    #expect(json.output.contains("\"repeatable\" : false"))
    let recommended = try program.run(["recommend", "--weights=unseen.safetensors", "--all", "--format=csv"])
    #expect(
      recommended.errors.contains("are left out (--repeatable=False), as in the ranking"), "\(recommended.errors)")
  }

  @Test func `A description says how many held-out items are repeats, and what that speaks for`() throws {
    let grocery = try output("dataset", "describe", "grocery")
    #expect(grocery.contains("are ones that the user had had before, which speaks for repeatable=True\n"))
    let program = try Program()
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n"
        + (0..<30).flatMap { user in (0..<5).map { "u\(user)\ti\(user + $0)\t\($0)\n" } }.joined(),
      to: "datasets/d/d.inter")
    let text = try program.run(["dataset", "describe", "d", "--repeatable=False"]).output
    #expect(
      text.contains(
        "held out       0 of 60 items (0.00 %) are ones that the user had had before, which speaks for repeatable=False"
      ),
      "\(text)")
    #expect(
      text.contains("Ranking by popularity, ranked without items that the user had had before (repeatable=False),"))
  }

  @Test func `A study keeps its ranking, which cannot be tuned`() throws {
    let program = try program()
    let refused = try program.run(["--params_file=grid.test", "--study=usual", "--repeatable=False"] + Self.settings)
    #expect(refused.status == 2 && refused.errors.contains("repeatable"), "\(refused.errors)")
    try program.write("repeatable choice [True,False]\n", to: "tuned.test")
    let tuned = try program.run(["--params_file=tuned.test"] + Self.settings)
    #expect(tuned.status == 2)
    #expect(tuned.errors.contains("parameter 'repeatable', which all trials of a study share"), "\(tuned.errors)")
  }

  @Test func `Wrong ranks are found`() throws {
    let program = try program()
    let file = program.folder.appendingPathComponent("studies/studies.sqlite")
    let bytes = try Data(contentsOf: file)
    for (change, finding) in [
      ("X'0000' || substr(other_ranks, 3)", "ranks in test that grow when items are left out"),
      ("CAST(X'FFFF' || substr(other_ranks, 3) AS BLOB)", "ranks in test that grow when items are left out"),
      ("substr(other_ranks, 1, 20)", "10 ranks in the other ranking of test"),
    ] {
      try SQLite.run(
        "UPDATE user_rank SET other_ranks = CAST(\(change) AS BLOB) WHERE split = 'test' AND trial_id IN (SELECT trial.id "
          + "FROM trial JOIN study ON study.id = study_id WHERE study.name = 'usual' AND ordinal = 2)", in: program)
      let verified = try program.run(["verify", "usual"])
      #expect(verified.status == 1 && verified.output.contains("trial 2: found \(finding)"), "\(verified.output)")
    }
    try bytes.write(to: file)
  }
}
