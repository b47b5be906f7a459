import Foundation
import Testing

/// `ensemble`, and what takes the weights that it writes, through the real program.
@Suite(.serialized) struct EnsembleTests {
  private static let study = "bert4rec-shop-t"

  /// A study of three trials, and two more seeds of those tied with the best.
  private static let shop = Result {
    let shop = try Shop()
    try shop.program.write("learning_rate choice [0.02,0.005,0.001]\n", to: "t.test")
    let ending = try shop.program.run(["--params_file=t.test", "--n_layers=1", "--repeats=2"] + Shop.settings)
    #expect(ending.status == 0, "\(ending.errors)")
    return shop
  }

  private func program() throws -> Program { try Self.shop.get().program }

  private struct Document: Decodable {
    struct Member: Decodable {
      let trial: Int
      let repeats, seed: Int?
      let alone, together: Double
    }

    struct Comparison: Decodable {
      let split: String
      let users: Int
      let single, ensemble, difference, low, high: Double
    }

    struct Cost: Decodable {
      let networks, parameters: Int
      let operationsPerUser: Double
    }

    let from, metric: String
    let candidates, best: Int
    let members: [Member]
    let comparisons: [Comparison]
    let single, ensemble: Cost
    let folder: String?
  }

  private static func document(_ ending: Program.Ending) throws -> Document {
    #expect(ending.status == 0, "\(ending.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Document.self, from: Data(ending.output.utf8))
  }

  private func evaluate(_ weights: String, split: String, _ more: String...) throws -> Double {
    let ending = try program().run(
      ["evaluate", "--weights=\(weights)", "--split=\(split)", "--format=json", "--metric_decimal_place=12"] + more)
    struct Answer: Decodable {
      let metrics: [String: Double]
      let members: Int?
    }
    #expect(ending.status == 0, "\(ending.errors)")
    return try JSONDecoder().decode(Answer.self, from: Data(ending.output.utf8)).metrics["mrr@10"] ?? .nan
  }

  @Test(arguments: ["trials", "repeats"])
  func `No smaller set on the way has a higher value, and what is written has the reported values`(origin: String)
    throws
  {
    let program = try program()
    let ending = try program.run([
      "ensemble", Self.study, "--from=\(origin)", "--to=of-\(origin)", "--format=json", "--size=3",
    ])
    let document = try Self.document(ending)
    #expect(document.from == origin && document.metric == "mrr@10" && document.folder == "of-\(origin)")
    #expect(document.candidates == 3 && (1...3).contains(document.members.count))
    #expect(document.members[0].alone == document.members[0].together)
    let last = try #require(document.members.last)
    for member in document.members.dropLast() { #expect(member.together < last.together) }
    #expect(document.members.allSatisfy { $0.alone <= document.members[0].alone })
    #expect(document.members.allSatisfy { ($0.repeats == nil) == ($0.seed == nil) })
    #expect(document.members.allSatisfy { $0.repeats == nil || ($0.repeats == document.best && $0.seed != 3) })
    #expect(Set(document.members.map(\.trial)).count == document.members.count)
    #expect(document.comparisons.map(\.split) == ["valid", "test"])
    for comparison in document.comparisons {
      #expect(abs(comparison.ensemble - comparison.single - comparison.difference) < 1e-9)
      #expect(comparison.low <= comparison.difference && comparison.difference <= comparison.high)
      #expect(abs(try evaluate("of-\(origin)", split: comparison.split) - comparison.ensemble) < 1e-9)
    }
    #expect(document.comparisons[0].ensemble == document.members.last?.together)
    // All trials have the same shape.
    let count = document.members.count
    #expect(document.single.networks == 1 && document.ensemble.networks == count)
    #expect(document.ensemble.parameters == count * document.single.parameters)
    #expect(abs(document.ensemble.operationsPerUser - Double(count) * document.single.operationsPerUser) < 1e-3)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: program.folder.appendingPathComponent("of-\(origin)").path)
    #expect(
      names.sorted() == document.members.enumerated().map { "\($0 + 1)-trial-\($1.trial).safetensors" })
    #expect(
      ending.errors.contains("Training 2 of 3 trials again, whose weights are not kept: "), "\(ending.errors)")
  }

  @Test func `Weights trained again are the bytes that a study keeps`() throws {
    let program = try program()
    // A study of trial 3's configuration alone keeps its weights.
    try program.write("learning_rate choice [0.001]\n", to: "alone.test")
    let alone = try program.run(["--params_file=alone.test", "--n_layers=1"] + Shop.settings)
    #expect(alone.status == 0, "\(alone.errors)")
    let kept = try program.run(["recommend", "bert4rec-shop-alone", "--all", "--format=csv"])
    #expect(!kept.errors.contains("Training trial"), "\(kept.errors)")
    for threads in ["1", "3"] {
      let again = try program.run([
        "recommend", Self.study, "--trial=3", "--all", "--format=csv", "--threads=\(threads)",
      ])
      #expect(again.status == 0 && again.output == kept.output, "\(again.errors)")
      for piece in [
        "Training trial 3 of bert4rec-shop-t again, since its weights are not kept: 0.", " TFLOP, which took ",
        " in the study\n", "with the weights of trial 3 of bert4rec-shop-t\n",
      ] { #expect(again.errors.contains(piece), "\(again.errors)") }
    }
    // The best trial's are kept, and are the same if they are trained again.
    let best = try program.run(["recommend", Self.study, "--all", "--format=csv"])
    #expect(best.status == 0 && !best.errors.contains("Training trial"), "\(best.errors)")
  }

  @Test func `A repeat has its own seed`() throws {
    let program = try program()
    let text = try SQLite.run(
      "SELECT again.ordinal, origin.ordinal FROM trial AS again JOIN trial AS origin ON origin.id = again.repeat_of "
        + "WHERE again.repeat = 2 LIMIT 1", in: program)
    let numbers = text.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    try #require(numbers.count == 2, "\(text)")
    let rate = [1: "0.02", 2: "0.005", 3: "0.001"][numbers[1]] ?? ""
    let trained = try program.run(
      ["train", "--n_layers=1", "--learning_rate=\(rate)", "--save=seed.safetensors"]
        + Shop.settings.filter { !$0.hasPrefix("--seed") } + ["--seed=5"])
    #expect(trained.status == 0, "\(trained.errors)")
    let file = try program.run(["recommend", "--weights=seed.safetensors", "--all", "--format=csv"])
    let again = try program.run(["recommend", Self.study, "--trial=\(numbers[0])", "--all", "--format=csv"])
    #expect(again.status == 0 && again.output == file.output, "\(again.errors)")
  }

  @Test func `Answers are the same bytes for any number of threads`() throws {
    let program = try program()
    let one = try program.run(["ensemble", Self.study, "--from=trials", "--threads=1", "--to=one"])
    #expect(one.status == 0, "\(one.errors)")
    let three = try program.run(["ensemble", Self.study, "--from=trials", "--threads=3", "--to=three"])
    #expect(one.output.replacingOccurrences(of: "to one", with: "to three") == three.output)
    #expect(one.output.contains("chosen by mrr@10 on valid") && one.output.contains("Serving takes "), "\(one.output)")
    let answers = try ["1", "2", "7"].map {
      try program.run(["recommend", "--weights=one", "--all", "--format=csv", "--threads=\($0)"])
    }
    for answer in answers { #expect(answer.status == 0 && answer.output == answers[0].output, "\(answer.errors)") }
    let rows = try Shop.rows(answers[0])
    #expect(rows.count == 10 * Shop.users.count)
    // Log-probabilities, which fall.
    for (earlier, later) in zip(rows, rows.dropFirst()) where later.rank > 1 && later.user != "newcomer" {
      #expect(try #require(later.score) <= #require(earlier.score) && earlier.score ?? 1 < 0)
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent("one").path) {
      func bytes(_ folder: String) throws -> Data {
        try Data(contentsOf: program.folder.appendingPathComponent("\(folder)/\(name)"))
      }
      #expect(try bytes("one") == bytes("three"))
    }
  }

  @Test func `A folder of one weights file is that file, and the same file twice changes no rank`() throws {
    let program = try program()
    let manager = FileManager.default
    for (folder, names) in [("single", ["a"]), ("double", ["a", "b"])] {
      try program.write("ignored", to: "\(folder)/readme.txt")
      for name in names {
        try manager.copyItem(
          at: program.folder.appendingPathComponent("w.safetensors"),
          to: program.folder.appendingPathComponent("\(folder)/\(name).safetensors"))
      }
    }
    let file = try program.run(["recommend", "--weights=w.safetensors", "--all", "--format=csv"])
    #expect(try program.run(["recommend", "--weights=single", "--all", "--format=csv"]).output == file.output)
    let double = try Shop.rows(try program.run(["recommend", "--weights=double", "--all", "--format=csv"]))
    #expect(double.map(\.item) == (try Shop.rows(file)).map(\.item))
    for split in ["valid", "test"] {
      #expect(try evaluate("double", split: split) == evaluate("w.safetensors", split: split))
    }
  }

  @Test func `Weights that a study keeps are not trained again, and are those of the training`() throws {
    let program = try program()
    func study(_ name: String, _ more: String...) throws {
      let ending = try program.run(
        ["--params_file=t.test", "--n_layers=1", "--repeats=2", "--study=\(name)"] + more + Shop.settings)
      #expect(ending.status == 0, "\(ending.errors)")
    }
    try study("keeper", "--keep_weights=3")
    let number = try SQLite.run("SELECT id FROM study WHERE name = 'keeper'", in: program)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let folder = program.folder.appendingPathComponent("studies/studies.sqlite.weights/\(number)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(files.count >= 5, "\(files)")
    let kept = try program.run(["ensemble", "keeper", "--from=repeats", "--format=json", "--to=kept"])
    #expect(kept.status == 0 && !kept.errors.contains("Training"), "\(kept.errors)")
    let trained = try program.run(["ensemble", Self.study, "--from=repeats", "--format=json", "--to=trained"])
    #expect(
      kept.output.replacingOccurrences(of: "\"kept\"", with: "\"trained\"")
        .replacingOccurrences(of: "keeper", with: Self.study) == trained.output)
    for name in try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent("kept").path)
    {
      func bytes(_ folder: String) throws -> Data {
        try Data(contentsOf: program.folder.appendingPathComponent("\(folder)/\(name)"))
      }
      #expect(try bytes("kept") == bytes("trained"))
    }
    let verified = try program.run(["verify", "keeper"])
    #expect(verified.status == 0 && verified.output.contains("trials, all hashes match"), "\(verified.output)")
    // Resumed by name, the study remembers the number; continued without the option, it keeps one.
    #expect(try program.run(["resume", "keeper"]).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == files.count)
    try study("keeper")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    #expect(try program.run(["verify", "keeper"]).status == 0)
    #expect(try SQLite.run("SELECT count(*) FROM study WHERE invocation LIKE '%keepWeights%'", in: program) == "0\n")
  }

  @Test func `A trial whose record does not fit its training is refused`() throws {
    let shop = try Shop()
    try SQLite.run("DELETE FROM weights", in: shop.program)
    try SQLite.run("UPDATE user_rank SET ranks = zeroblob(length(ranks)) WHERE split = 'valid'", in: shop.program)
    let ranks = try shop.recommend("--all")
    #expect(ranks.status == 1 && ranks.output == "")
    #expect(ranks.errors.contains("found other ranks of users on valid samples"), "\(ranks.errors)")
    try SQLite.run("UPDATE trial SET best_epoch = 7", in: shop.program)
    let epoch = try shop.recommend("--all")
    #expect(epoch.status == 1 && epoch.errors.contains(" instead of 7, after training trial 1"), "\(epoch.errors)")
  }

  @Test(arguments: [
    (["ensemble", "--size=1"], "--size: found 1; expected a number from 2 to 100"),
    (
      ["--params_file=t.test", "--dataset=shop", "--keep_weights=0"],
      "--keep_weights: found 0; expected a number from 1"
    ),
    (["ensemble", "--threads=0"], "--threads: found 0; expected a number from 1 to 1024"),
    (["ensemble", "bert4rec-shop-s", "--from=repeats"], "--from: found repeats, and no completed repeats of trial 1"),
    (
      ["ensemble", "--to=datasets"],
      "--to: found 'datasets', a folder that has 'shop' in it; expected a new or an empty"
    ),
    (["ensemble", "--to=no/where"], "; expected one that exists"),
    (["ensemble", "nothing"], "found no study 'nothing'"),
    (["ensemble", "--from=all"], "The value 'all' is invalid for '--from <origin>'"),
    (["recommend", "bert4rec-shop-t", "--all", "--trial=99"], "bert4rec-shop-t: found no trial 99; expected a number"),
    (["recommend", "--all", "--trial=1", "--weights=w.safetensors"], "--trial: found 1 with --weights"),
    (["recommend", "--all", "--weights=datasets"], "datasets: found a folder without a file *.safetensors"),
    (["evaluate", "--weights=datasets"], "datasets: found a folder without a file *.safetensors"),
  ])
  func `What is wrong is said before anything starts`(arguments: [String], message: String) throws {
    let ending = try program().run(arguments)
    #expect(ending.status == 2 && ending.output == "")
    #expect(ending.errors.contains(message), "\(ending.errors)")
    #expect(!ending.errors.contains("Training"))
  }

  @Test func `Memory is asked for before anything is trained`() throws {
    let tight = try program().run(["ensemble", Self.study], environment: ["RUN_HYPER_MEMORY_MB": "1"])
    #expect(tight.status == 2 && tight.errors.contains("for the largest configuration"), "\(tight.errors)")
    #expect(!tight.errors.contains("Training"))
  }
}
