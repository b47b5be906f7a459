import Foundation
import Testing

/// As many decimals as `metric_decimal_place` says, wherever a metric is shown.
@Suite struct DecimalsTests {
  /// Every number with a decimal point in `text` that a name such as `ndcg@10` announces in a column or a sentence.
  private static func decimals(of text: String) -> Set<Int> {
    Set(text.matches(of: #/\b0\.(\d+)/#).map { $0.output.1.count })
  }

  @Test(arguments: [2, 8])
  func `Every table and line shows the decimals that were asked for`(places: Int) throws {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    let settings = ["--epochs=2", "--hidden_size=8", "--metric_decimal_place=\(places)"]
    let study = try program.run(["--params_file=hyper.test"] + settings)
    #expect(study.status == 0, "\(study.errors)")
    let name = "bert4rec-grocery-hyper"
    // Costs in TFLOP have decimals of their own.
    let board = study.output.split(separator: "\n").filter { $0.contains("valid  ") || $0.contains("test  ") }
    #expect(board.count == 2 && board.allSatisfy { Self.decimals(of: String($0)) == [places] }, "\(study.output)")
    #expect(study.errors.contains(try Regex("completed in .*, best ndcg@10 0\\.\\d{\(places)} ")), "\(study.errors)")
    let ranked = try program.run(["leaderboard"]).output
    let value = "0\\.\\d{\(places)}"
    #expect(ranked.contains(try Regex("\n +1 +\\d +\(value) +\(value)–\(value) ")), "\(ranked)")
    let shown = try program.run(["show", name, "1"]).output
    #expect(shown.contains(try Regex("ndcg@10 +0\\.\\d{\(places)} at epoch")), "\(shown)")
    #expect(shown.contains(try Regex("\n +2 +\\d+\\.\\d{4} +0\\.\\d{\(places)} ")), "\(shown)")
    let studies = try program.run(["studies"]).output
    #expect(Self.decimals(of: studies) == [places], "\(studies)")
    let compared = try program.run(["compare", name, "1", "2"]).output
    #expect(compared.contains(try Regex("values +0\\.\\d{\(places)} and 0\\.\\d{\(places)}\n")), "\(compared)")
    #expect(compared.contains(try Regex("p (below )?0\\.\\d{4}\n|p 1\\.0000\n")), "\(compared)")
    let important = try program.run(["importance", name]).output
    #expect(important.contains(try Regex("\nn_layers +2 +0\\.\\d{\(places)}\n")), "\(important)")

    let trained = try program.run(["train", "--n_layers=1", "--save=w.safetensors"] + settings)
    #expect(Self.decimals(of: trained.output) == [places], "\(trained.output)")
    #expect(
      trained.errors.contains(try Regex("epoch 2 .* loss \\d+\\.\\d{4} +ndcg@10 \(value) ")), "\(trained.errors)")
    let measured = try program.run(["evaluate", "--weights=w.safetensors"]).output
    #expect(Self.decimals(of: measured) == [places], "\(measured)")
    let (test, again) = (trained.output.split(separator: "\n").last, measured.split(separator: "\n").last)
    #expect(test?.split(separator: " ") == again?.split(separator: " "))
    let described = try program.run(["dataset", "describe", "grocery", "--metric_decimal_place=\(places)"]).output
    let popularity = described.split(separator: "\n").suffix(2)
    #expect(popularity.allSatisfy { Self.decimals(of: String($0)) == [places] }, "\(described)")
  }

  @Test func `Columns of many decimals stand below their names`() throws {
    let program = try Program()
    let trained = try program.run(["train", "--epochs=0", "--hidden_size=8", "--metric_decimal_place=15"])
    let lines = trained.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3 && Set(lines.map(\.count)).count == 1, "\(trained.output)")
  }

  @Test func `Without decimals a metric is a whole number`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let run = try program.run(["--params_file=hyper.test", "--epochs=1", "--hidden_size=8", "--metric_decimal_place=0"])
    #expect(run.status == 0 && run.output.contains(#/\n +1 +1 +0 +0–0 /#), "\(run.output)")
  }

  @Test func `Evaluation answers programs in JSON`() throws {
    let program = try Program()
    let trained = try program.run(["train", "--epochs=1", "--hidden_size=8", "--save=w.safetensors"])
    #expect(trained.status == 0, "\(trained.errors)")
    for split in ["valid", "test"] {
      let measured = try program.run(["evaluate", "--weights=w.safetensors", "--split=\(split)", "--format=json"])
      #expect(measured.status == 0, "\(measured.errors)")
      let json = try #require(try JSONSerialization.jsonObject(with: Data(measured.output.utf8)) as? [String: Any])
      #expect(json["dataset"] as? String == "grocery" && json["split"] as? String == split)
      #expect(json["samples"] as? Int == 640 && json["weights"] as? String == "w.safetensors")
      let metrics = try #require(json["metrics"] as? [String: Double])
      let lines = trained.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      let row = try #require(lines.first { $0.first == split }).dropFirst().map { Double($0) }
      #expect(lines[0].map { metrics[$0] } == row, "\(measured.output)")
    }
    let nothing = try program.run([
      "evaluate", "--weights=w.safetensors", "--split=test", "--eval_args={'split':{'LS':'valid_only'}}",
    ])
    #expect(nothing.status == 2 && nothing.output.isEmpty)
    #expect(
      nothing.errors.contains("--split: found test, and no test samples in grocery; expected --split=valid"),
      "\(nothing.errors)")
  }
}
