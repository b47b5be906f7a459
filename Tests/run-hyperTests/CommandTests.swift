import Foundation
import Testing

/// What commands print, with the real program on a study of two trials.
@Suite(.serialized) struct CommandTests {
  private static let study = Result { () throws -> (Program, Program.Ending) in
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "hyper.test")
    let arguments = [
      "--params_file=hyper.test", "--epochs=2", "--output_file=all.result", "--display_file=charts.html",
      "--storage=s.sqlite",
    ]
    return (program, try program.run(arguments))
  }

  /// A trial with the interval of its value, and a leaderboard of such.
  private struct Certain: Decodable, Equatable {
    let trial: Int
    let interval: [Double]
  }
  private struct Board: Decodable {
    let rows: [Certain]
  }

  private func ask(_ arguments: String...) throws -> Program.Ending {
    try Self.study.get().0.run(arguments + ["--storage=s.sqlite"])
  }

  @Test func `A study says what runs, tells each trial, and ends with its results`() throws {
    let (program, ending) = try Self.study.get()
    #expect(ending.status == 0)
    for piece in [
      "Study bert4rec-grocery-hyper, in s.sqlite", "640 users, 420 items", "2 configurations of n_layers",
      "trial 1 started: n_layers=1", "trial 2 completed in", "of 2 finished", "--storage=s.sqlite",
    ] { #expect(ending.errors.contains(piece), "\(ending.errors)") }
    #expect(ending.output.hasPrefix("rank"))
    #expect(ending.output.contains("\n  test "))
    let results = try String(contentsOf: program.folder.appendingPathComponent("all.result"), encoding: .utf8)
    let lines = results.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 13)
    #expect(lines[0] == "n_layers:1")
    #expect(lines[1] == "Valid result:")
    #expect(lines[2].hasPrefix("ndcg@10 : 0."))
    #expect(lines[2].contains("    hit@10 : 0."))
    #expect(lines[6] == "n_layers:2")
  }

  @Test func `The charts are one page that holds the study and needs nothing else`() throws {
    let (program, _) = try Self.study.get()
    let page = try String(contentsOf: program.folder.appendingPathComponent("charts.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>") || page.hasPrefix("<!doctype html>"))
    #expect(page.contains(#""study":"bert4rec-grocery-hyper""#))
    let missing = try program.run(["--params_file=hyper.test", "--display_file=no/charts.html"])
    #expect(missing.status == 2)
    #expect(missing.errors.contains("--display_file: found no writable folder"))
  }

  @Test func `Two trials are compared over the same users`() throws {
    let text = try ask("compare", "bert4rec-grocery-hyper", "1", "2")
    #expect(text.status == 0)
    for piece in ["trials 1 and 2: ndcg@10 of 640 users, valid", "95 % interval", "parameters  n_layers 1 and 2"] {
      #expect(text.output.contains(piece), "\(text.output)")
    }
    let answer = try ask(
      "compare", "bert4rec-grocery-hyper", "1", "1", "--metric=hit@3", "--split=test", "--format=json")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    // A trial does not differ from itself, for any user.
    #expect(json["low"] as? Double == 0 && json["high"] as? Double == 0)
    #expect(
      try ask("compare", "bert4rec-grocery-hyper", "1", "1").output.contains(
        "difference  0.0000, 95 % interval 0.0000 to 0.0000, p 1.0000\n"))
    #expect(json["difference"] as? Double == 0 && json["equal"] as? Int == 640 && json["p_value"] as? Double == 1)
    for (arguments, message) in [
      (["1", "7"], "found no completed trial 7; expected one of 1, 2"),
      (["1", "2", "--metric=loss"], "--metric: found 'loss'"),
      (["1", "2", "--metric=ndcg@0"], "--metric: found 'ndcg@0'"),
    ] {
      let wrong = try Self.study.get().0.run(
        ["compare", "bert4rec-grocery-hyper"] + arguments + ["--storage=s.sqlite"])
      #expect(wrong.status == 2)
      #expect(wrong.errors.contains(message), "\(wrong.errors)")
    }
  }

  @Test func `Importance tells parameters apart`() throws {
    let text = try ask("importance")
    #expect(text.status == 0)
    #expect(text.output.contains("ndcg@10 of 640 users (valid) in 2 trials\ncomplete grid: exact\n"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(try ask("importance", "--format=json").output.utf8)) as? [String: Any]
    )
    let effects = try #require(json["effects"] as? [[String: Any]])
    #expect(effects.count == 1 && effects[0]["measured"] as? Double == 1)
    #expect(json["is_exact"] as? Bool == true)
  }

  @Test func `The leaderboard has four formats, a filter and an order`() throws {
    let table = try ask("leaderboard")
    #expect(table.status == 0)
    #expect(table.errors == "")
    #expect(table.output.contains("bert4rec-grocery-hyper: 2 trials: 2 completed"))
    let csv = try ask("leaderboard", "--format=csv").output.split(separator: "\n")
    #expect(csv.count == 3)
    #expect(csv[0].hasPrefix("rank,trial,state,value,best_epoch,n_layers,valid.ndcg@10"))
    #expect(try ask("leaderboard", "--format=markdown").output.hasPrefix("| rank | trial |"))
    let json = try JSONSerialization.jsonObject(with: Data(try ask("leaderboard", "--format=json").output.utf8))
    #expect((json as? [String: Any])?["trials"] as? Int == 2)
    let filtered = try ask("leaderboard", "bert4rec-grocery-hyper", "--where=n_layers=2", "--format=csv").output
    #expect(filtered.split(separator: "\n").count == 2)
    #expect(
      try ask("leaderboard", "--top=1", "--sort=test.mrr@10", "--format=csv").output.split(separator: "\n").count == 2)
    for (arguments, trials) in [
      (["--sort=trial"], ["1", "2"]), (["--sort=-trial"], ["2", "1"]), (["--sort", "-tflop"], ["2", "1"]),
      (["--where=n_layers>1"], ["2"]), (["--where=n_layers in 1,3", "--where=tflop>0"], ["1"]),
      (["--where=state!=completed"], []),
    ] {
      let rows = try Self.study.get().0.run(["leaderboard", "--format=csv", "--storage=s.sqlite"] + arguments)
      #expect(rows.status == 0, "\(rows.errors)")
      #expect(
        rows.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] } == trials.map { $0[...] })
    }
    let wrong = try ask("leaderboard", "--where=a<", "--where=b!==1", "--top=-1", "--columns=,")
    #expect(
      wrong.status == 2
        && wrong.errors.split(separator: "\n").prefix(4) == [
          "error: --where: found 'a<'; expected a number after <; texts can be compared with =, != and in",
          "--where: found 'b!==1'; expected != instead of !==", "--top: found -1; expected 0 or more",
          "--columns: found no name in ','; expected all, or names separated by commas",
        ], "\(wrong.errors)")
    for (arguments, message) in [
      (["--sort=tflp"], "--sort: found 'tflp'; expected tflop, or another of n_layers, trial, state"),
      (["--where=n_layers<"], "--where: found 'n_layers<'; expected a number after <"),
      (["--where=state<3"], "--where: found < for state, which has values such as completed; expected =, != or in"),
    ] {
      let wrong = try Self.study.get().0.run(["leaderboard", "--storage=s.sqlite"] + arguments)
      #expect(wrong.status == 2 && wrong.errors.contains(message), "\(wrong.errors)")
    }
    let unknown = try ask("leaderboard", "--sort=test.mr@10")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("test.mrr@10"))
    let missing = try ask("leaderboard", "bert4rec-grocery-hypr")
    #expect(missing.status == 2)
    #expect(missing.errors.contains("bert4rec-grocery-hyper"))
  }

  @Test func `Studies are listed with state, counts and the best value`() throws {
    let table = try ask("studies").output.split(separator: "\n")
    #expect(table.count == 2)
    #expect(table[1].contains("bert4rec-grocery-hyper  grocery  finished      2   2  ndcg@10  0."))
    let json = try JSONSerialization.jsonObject(with: Data(try ask("studies", "--format=json").output.utf8))
    #expect((json as? [[String: Any]])?.first?["completed"] as? Int == 2)
  }

  @Test func `A trial is shown with its configuration, results, attempts and curve`() throws {
    let text = try ask("show", "bert4rec-grocery-hyper", "2").output
    for piece in [
      "Trial 2 of bert4rec-grocery-hyper: completed", "n_layers", "Results", "Attempts", "Learning curve", "train.loss",
    ] {
      #expect(text.contains(piece), "\(text)")
    }
    #expect(try ask("show", "bert4rec-grocery-hyper", "best").status == 0)
    let beyond = try ask("show", "bert4rec-grocery-hyper", "3")
    #expect(beyond.status == 2)
    #expect(beyond.errors.contains("1 to 2"))
  }

  @Test func `A trial's text has the worker, local times, cost and interval, and its JSON all that is stored`() throws {
    let arguments = ["show", "2", "--storage=s.sqlite"]
    let text = try Self.study.get().0.run(arguments, environment: ["TZ": "UTC"]).output
    let answer = try Self.study.get().0.run(arguments + ["--format=json"], environment: ["TZ": "UTC"]).output
    let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
    let attempt = try #require((json["attempts"] as? [[String: Any]])?.first)
    let owner = try #require(attempt["owner"] as? String).split(separator: "/")
    let (process, worker) = (try #require(attempt["process"] as? Int), try #require(attempt["worker"] as? Int))
    #expect(owner.count == 6 && owner[3] == "\(process)" && owner[5] == "\(worker)")
    #expect(attempt["host"] as? String == String(owner[0]))
    #expect(text.contains("  \(owner[0]) · process \(process) · worker \(worker)"), "\(text)")
    #expect(!text.contains(owner[1]))
    let started = try #require(json["started"] as? String)
    #expect(started.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil)
    let day = try Date(started, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    for (zone, hours) in [("UTC", 0.0), ("Etc/GMT-5", 5), ("Etc/GMT+11", -11)] {
      let text = try Self.study.get().0.run(arguments, environment: ["TZ": zone]).output
      let local = day.addingTimeInterval(3600 * hours).ISO8601Format().dropLast().replacing("T", with: " ")
      #expect(text.contains(" started   \(local)\n"), "\(zone): \(text)")
    }
    let cost = try #require(json["cost_tflop"] as? Double)
    #expect(text.contains(" s, \(String(format: "%.3f", cost)) TFLOP\n"), "\(text)")
    // The values as they are: JSONSerialization loses the last bit of some.
    let shown = try JSONDecoder().decode(Certain.self, from: Data(answer.utf8))
    let board = try JSONDecoder().decode(Board.self, from: Data(try ask("leaderboard", "--format=json").output.utf8))
    #expect(shown.interval.count == 2 && shown.interval[0] < shown.interval[1] && shown.interval[0] > 0)
    #expect(board.rows.count { $0 == shown } == 1)
    #expect(text.contains(#/ at epoch \d, 95 % interval 0\.\d+–0\.\d+\n/#), "\(text)")
    let studies = try Self.study.get().0.run(["studies", "--storage=s.sqlite"], environment: ["TZ": "UTC"]).output
    #expect(studies.contains(#/ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/#), "\(studies)")
  }

  @Test func `Trials of the newest study need no name of it`() throws {
    #expect(try ask("show", "2").output == ask("show", "bert4rec-grocery-hyper", "2").output)
    #expect(try ask("show", "best").output.hasPrefix("Trial "))
    let compared = try ask("compare", "1", "2")
    #expect(compared.status == 0 && compared.output.contains("trials 1 and 2"), "\(compared.errors)")
    #expect(try compared.output == ask("compare", "bert4rec-grocery-hyper", "1", "2").output)
    for (arguments, message) in [
      (["show"], "found none; expected 1 trial of the newest study, or a study's name and 1 trial"),
      (["show", "x"], "found trial 'x'; expected a trial number from the leaderboard, or best"),
      (["show", "a", "1", "2"], "found '2' after a study and 1 trial; expected no more"),
      (["compare", "1"], "found '1'; expected 2 trials of the newest study, or a study's name and 2 trials"),
      (["compare", "1", "x"], "found trial 'x'; expected a trial number from the leaderboard"),
      (["show", "nowhere", "1"], "nowhere"),
    ] {
      let ending = try Self.study.get().0.run(arguments + ["--storage=s.sqlite"])
      #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
    }
  }

  @Test func `Saved weights give the metrics of the training that saved them`() throws {
    let program = try Program()
    let trained = try program.run(["train", "--epochs=2", "--n_layers=1", "--save=w.safetensors"])
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("epoch 2 "))
    for split in ["valid", "test"] {
      let measured = try program.run(["evaluate", "--weights=w.safetensors", "--split=\(split)"])
      #expect(measured.status == 0, "\(measured.errors)")
      let line = try #require(measured.output.split(separator: "\n").last?.split(separator: " "))
      #expect(trained.output.split(separator: "\n").map { $0.split(separator: " ") }.contains(line))
    }
    let other = try program.run(["evaluate", "--weights=w.safetensors", "--hidden_size=32"])
    #expect(other.status == 2)
    #expect(other.errors.contains("w.safetensors"))
  }

  @Test func `A training run equals the trial of a study with the same configuration`() throws {
    let row = try #require(
      try ask("leaderboard", "--where=n_layers=1", "--format=csv").output.split(separator: "\n").last)
    let trained = try Program().run(["train", "--epochs=2", "--n_layers=1"]).output
    let test = try #require(trained.split(separator: "\n").last).split(separator: " ").dropFirst()
    let values = row.split(separator: ",", omittingEmptySubsequences: false).dropLast(9).suffix(test.count)
    #expect(values.map { Double($0) } == test.map { Double($0) })
  }

  @Test func `A dataset is described with counts and the popularity baseline`() throws {
    let ending = try Program().run(["dataset", "describe", "grocery"])
    #expect(ending.status == 0)
    for piece in [
      "10240 read", "640", "420", "97.48 %", "8320 training, 640 validation, 640 test", "popularity", "0.0704",
      "repeats        3470 of 10240 rows (33.89 %) are of an item that the user had before; 1 repeats another row exactly",
      "trainable      7680 of 8320 training samples, from 640 of 640 users, can teach the model anything; histories of one",
    ] {
      #expect(ending.output.contains(piece), "\(ending.output)")
    }
  }

  @Test func `A reader that goes away ends an answer quietly and never a study`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let pipe = Pipe()
    let process = try program.start(
      ["--params_file=hyper.test", "--epochs=1"], output: pipe.fileHandleForWriting, errors: pipe.fileHandleForWriting)
    try pipe.fileHandleForReading.close()
    try pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(Program.status(of: process) == 0)
    #expect(try program.run(["studies"]).output.contains("finished"))
  }
}
