import Foundation
import Testing

/// Wrong input ends with status 2, a message that says where and what would be right, and nothing started.
@Suite struct WrongInputTests {
  /// A case: files to write, arguments, and what the message has to say.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var files: [String: String] = [:]
    var parameters = "n_layers choice [1,2]\n"
    var arguments: [String] = []
    let message: [String]
  }

  private static let header = "user_id:token\titem_id:token\ttimestamp:float\n"

  /// Three users with five items each.
  private static let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    .joined()

  private static func dataset(_ text: String) -> [String: String] { ["datasets/own/own.inter": text] }

  static let cases = [
    Case(
      testDescription: "unknown key", arguments: ["--hiden_size=32"],
      message: ["--hiden_size", "hidden_size"]),
    Case(
      testDescription: "unknown parameter", parameters: "n_layers choice [1]\nlearning_rat choice [0.1]\n",
      message: ["hyper.test:2:1", "learning_rat", "'learning_rate', the nearest key"]),
    Case(
      testDescription: "malformed literal", parameters: "n_layers choice [1,,2]\n",
      message: ["hyper.test:1:20", "expected"]),
    Case(
      testDescription: "empty choice", parameters: "n_layers choice []\n",
      message: ["hyper.test:1:17", "an empty list"]),
    Case(
      testDescription: "name twice", parameters: "n_layers choice [1]\n\nn_layers choice [2]\n",
      message: ["hyper.test:3:1", "n_layers", "first on line 1"]),
    Case(testDescription: "no parameters", parameters: "# nothing\n", message: ["hyper.test", "no parameters"]),
    Case(
      testDescription: "impossible cells", parameters: "n_heads choice [1,3]\nn_layers choice [1,2]\n",
      message: [
        "2 of 4 configurations are impossible", "hyper.test:1:1", "n_heads 3", "hidden_size 64",
        "in n_heads:3, n_layers:1", "in n_heads:3, n_layers:2",
      ]),
    Case(
      testDescription: "tuned and given", arguments: ["--n_layers=2"],
      message: ["hyper.test:1:1", "--n_layers", "one of the two"]),
    Case(
      testDescription: "tuned dataset", parameters: "dataset choice ['grocery']\n",
      message: ["hyper.test:1:1", "'dataset'", "--dataset=VALUE"]),
    Case(
      testDescription: "negative size", arguments: ["--hidden_size=-4"], message: ["--hidden_size", "-4", "1 to 65536"]),
    Case(
      testDescription: "zero size", parameters: "n_layers choice [0,1]\n",
      message: ["hyper.test:1:1", "0", "1 to 1024"]),
    Case(
      testDescription: "dropout above 1", parameters: "attn_dropout_prob choice [0.2,1.5]\n",
      message: ["hyper.test:1:1", "1.5"]),
    Case(
      testDescription: "unknown algorithm", arguments: ["--algo=anneal"],
      message: ["--algo: found 'anneal'", "exhaustive, random or bayes"]),
    Case(
      testDescription: "max_evals of a grid", arguments: ["--max_evals=5"],
      message: ["--max_evals", "use --algo=random"]),
    Case(
      testDescription: "max_evals of 0", arguments: ["--algo=random", "--max_evals=0"],
      message: ["--max_evals: found 0", "from 1"]),
    Case(
      testDescription: "unknown tool", arguments: ["--tool=ray"], message: ["--tool: found 'ray'", "Hyperopt or Ray"]),
    Case(
      testDescription: "a range and the grid", parameters: "n_layers choice [1,2]\nattn_dropout_prob uniform 0.1,0.5\n",
      message: ["hyper.test:2:1", "a range, in an exhaustive search", "--algo=random"]),
    Case(
      testDescription: "a bound that cannot be trained, for bayes",
      parameters: "attn_dropout_prob uniform 0.1,1.5\n", arguments: ["--algo=bayes"],
      message: ["hyper.test:1:1", "1.5"]),
    Case(
      testDescription: "shuffled draws", arguments: ["--algo=random", "--shuffle"],
      message: ["--shuffle cannot be combined with --algo=random", "use --algo=exhaustive"]),
    Case(
      testDescription: "early stop of 0", arguments: ["--early_stop=0"], message: ["--early_stop: found 0", "from 1"]),
    Case(
      testDescription: "early stop with a pruner", arguments: ["--early_stop=3", "--pruner=asha"],
      message: ["--early_stop cannot be combined with --pruner=asha", "one of the two"]),
    Case(
      testDescription: "unknown pruner", arguments: ["--pruner=sha"],
      message: ["--pruner: found 'sha'", "none, median, asha or hyperband"]),
    Case(
      testDescription: "a rung of no pruner", arguments: ["--first_rung=2"],
      message: ["--first_rung needs a pruner"]),
    Case(
      testDescription: "a first rung after the end", arguments: ["--pruner=asha", "--first_rung=12"],
      message: ["--first_rung: found 12", "less than 12, the maximum number of epochs"]),
    Case(
      testDescription: "a factor of 1", arguments: ["--pruner=asha", "--reduction_factor=1"],
      message: ["--reduction_factor: found 1", "from 2"]),
    Case(
      testDescription: "a factor of the median", arguments: ["--pruner=median", "--reduction_factor=2"],
      message: ["--reduction_factor needs --pruner=asha or hyperband; found --pruner=median"]),
    Case(
      testDescription: "a pruner without validation", arguments: ["--pruner=median", "--eval_step=0"],
      message: ["--pruner=median needs validation", "eval_step"]),
    Case(
      testDescription: "repeats of a tuned seed", parameters: "seed choice [1,2]\n", arguments: ["--repeats=2"],
      message: ["--repeats cannot be combined with a tuned seed"]),
    Case(testDescription: "no repeats", arguments: ["--repeats=0"], message: ["--repeats: found 0", "from 1"]),
    Case(
      testDescription: "no time", arguments: ["--timeout=soon"], message: ["--timeout: found 'soon'", "2h"]),
    Case(
      testDescription: "a target on test", arguments: ["--target=test.mrr@10>0.1"],
      message: ["--target: found 'test.mrr@10>0.1'", "selecting on the test set"]),
    Case(
      testDescription: "a target that is not measured", arguments: ["--target=mrr@11>0.1"],
      message: ["--target: found metric 'mrr@11'", "mrr@10"]),
    Case(
      testDescription: "retry of diverged trials", arguments: ["--retry=diverged"],
      message: ["--retry: found 'diverged'", "expected failed"]),
    Case(testDescription: "not a number", arguments: ["--learning_rate=fast"], message: ["--learning_rate", "fast"]),
    Case(
      testDescription: "missing dataset", arguments: ["--dataset=nowhere"],
      message: ["nowhere", "datasets/nowhere", "--data_path"]),
    Case(
      testDescription: "missing ml-100k", arguments: ["--dataset=ml-100k", "--data_path=here"],
      message: ["ml-100k", "run-hyper dataset fetch ml-100k"]),
    Case(
      testDescription: "header without types", files: dataset("user_id\titem_id\ttimestamp\n" + rows),
      arguments: ["--dataset=own"],
      message: ["own.inter:1", "user_id"]),
    Case(
      testDescription: "row too short", files: dataset(header + rows + "u4\ti1\n"), arguments: ["--dataset=own"],
      message: ["own.inter:17", "2", "3"]),
    Case(
      testDescription: "time that is no number", files: dataset(header + rows + "u4\ti1\tnoon\n"),
      arguments: ["--dataset=own"],
      message: ["own.inter:17", "noon", "number"]),
    Case(
      testDescription: "nobody to test", files: dataset(header + "a\tx\t1\nb\ty\t2\n"), arguments: ["--dataset=own"],
      message: ["own", "expected"]),
    Case(
      testDescription: "missing file", arguments: ["--params_file=other.test"], message: ["other.test", "no such file"]),
    Case(testDescription: "no YAML", arguments: ["--config_files=none.yaml"], message: ["none.yaml", "no such file"]),
    Case(
      testDescription: "broken YAML", files: ["a.yaml": "epochs: [1\n"], arguments: ["--config_files=a.yaml"],
      message: ["a.yaml:"]),
    Case(
      testDescription: "storage that can't be", arguments: ["--storage=/proc/nothing/studies.sqlite"],
      message: ["/proc/nothing"]),
    Case(
      testDescription: "storage of something else",
      files: ["notes.txt": String(repeating: "These are notes. ", count: 20)],
      arguments: ["--storage=notes.txt"], message: ["notes.txt", "not an SQLite database", "--storage"]),
    Case(
      testDescription: "storage that is a folder", files: ["place/a": ""], arguments: ["--storage=place"],
      message: ["place", "a folder"]),
    Case(testDescription: "no workers", arguments: ["--workers=0"], message: ["--workers", "1 to 1024"]),
    Case(testDescription: "workers in words", arguments: ["--workers=two"], message: ["two", "--workers"]),
    Case(
      testDescription: "another algorithm", arguments: ["--algo=magic"], message: ["--algo", "magic", "exhaustive"]),
    Case(
      testDescription: "results nowhere", arguments: ["--output_file=no/where.result"],
      message: ["--output_file", "no"]),
    Case(testDescription: "key twice", arguments: ["--epochs=2", "--epochs=3"], message: ["--epochs", "'2'", "'3'"]),
    Case(testDescription: "unknown model", arguments: ["--model=SASRec"], message: ["--model", "SASRec", "BERT4Rec"]),
  ]

  @Test(arguments: cases)
  func `Wrong input is named and nothing starts`(given: Case) throws {
    let program = try Program()
    for (path, text) in given.files { try program.write(text, to: path) }
    try program.write(given.parameters, to: "hyper.test")
    let named = given.arguments.contains { $0.hasPrefix("--params_file") }
    let ending = try program.run((named ? [] : ["--params_file=hyper.test"]) + given.arguments)
    #expect(ending.status == 2, "\(ending.errors)")
    #expect(ending.output == "")
    #expect(ending.errors.hasPrefix("error: "))
    for piece in given.message { #expect(ending.errors.contains(piece), "\(ending.errors)") }
    #expect(!program.exists("studies"))
  }

  /// The lines of an error.
  private static func lines(_ ending: Program.Ending) -> [String] {
    ending.errors.split(separator: "\n").map { String($0.hasPrefix("error: ") ? $0.dropFirst(7) : $0) }
  }

  @Test func `All mistakes of a command line are named at once`() throws {
    let program = try Program()
    let wrong = ["--params_file=none.test", "--algo=magic", "--pruner=sha", "--hidden_size=-4", "--dataset=nowhere"]
    let study = try program.run(wrong + ["--output_file=no/where", "--timeout=soon", "--config_files=a.yaml b.yaml"])
    #expect(study.status == 2 && study.output == "")
    let expected = [
      "--output_file: found no writable folder 'no'; expected one that exists",
      "--timeout: found 'soon'; expected a time such as 2h, 90m or 1h30m",
      "none.test: found no such file; expected a file with lines such as: n_layers choice [1,2]",
      "--algo: found 'magic'; expected exhaustive, random or bayes",
      "--pruner: found 'sha'; expected none, median, asha or hyperband",
      "a.yaml: found no such file; expected a readable YAML file",
      "b.yaml: found no such file; expected a readable YAML file",
      "--hidden_size: found '-4'; expected integer 1 to 65536",
    ]
    let lines = Self.lines(study)
    #expect(Array(lines.prefix(expected.count)) == expected, "\(study.errors)")
    #expect(lines.count == 9 && lines[8].hasPrefix("nowhere: found no such dataset in "), "\(study.errors)")
    let submit = try program.run(["submit", "--jobs=0", "--time=soon"] + wrong)
    #expect(submit.status == 2 && Self.lines(submit).count == 7, "\(submit.errors)")
    let train = try program.run(["train", "--threads=0", "--save=no/where", "--hidden_size=-4", "--dataset=nowhere"])
    #expect(train.status == 2 && Self.lines(train).count == 4, "\(train.errors)")
    #expect(!program.exists("studies"))
  }

  @Test func `Mistakes of options do not hide those of their values, and the other way round`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\nlearning_rat choice [0.1]\n", to: "hyper.test")
    let ending = try program.run([
      "--params_fil=hyper.test", "--workers=two", "--epochs=1", "--epochs=2", "--max_evals=many", "--algo=magic",
      "--hiden_size=8", "surplus",
    ])
    #expect(ending.status == 2)
    let lines = Self.lines(ending)
    for piece in [
      "unknown option --params_fil; did you mean --params_file?",
      "found --epochs twice, with '1' and '2'; expected one of them", "The value 'two' is invalid for '--workers",
      "The value 'many' is invalid for '--max_evals <count>'", "'surplus'", "--algo: found 'magic'",
      "hyper.test:2:1: found unknown parameter 'learning_rat'", "--hiden_size: found",
    ] {
      #expect(lines.count { $0.contains(piece) } == 1, "\(piece): \(ending.errors)")
    }
    #expect(lines.count == 9 && lines.last == "For help: run-hyper study --help", "\(ending.errors)")
  }

  @Test(
    arguments: [
      (68, [0x12, 0x34, 0x56, 0x78], "another program"), (60, [0, 0, 0, 99], "schema 99"),
    ] as [(Int, [UInt8], String)])
  func `A database that is not ours is refused and left as it is`(place: Int, bytes: [UInt8], message: String) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let arguments = ["--params_file=hyper.test", "--epochs=0", "--storage=s.sqlite"]
    #expect(try program.run(arguments).status == 0)
    let file = program.folder.appendingPathComponent("s.sqlite")
    var content = try Data(contentsOf: file)
    content.replaceSubrange(place..<place + 4, with: bytes)
    try content.write(to: file)
    for command in [arguments, ["leaderboard", "--storage=s.sqlite"], ["resume", "--storage=s.sqlite"]] {
      let ending = try program.run(command)
      #expect(ending.status == 2)
      #expect(ending.errors.contains(message), "\(ending.errors)")
    }
    #expect(try Data(contentsOf: file) == content)
  }

  @Test(arguments: [
    (["leaderboard"], "studies/studies.sqlite: found no such file"),
    (["resume", "x"], "studies/studies.sqlite: found no such file"),
    (["show"], "found none; expected 1 trial"), (["show", "a"], "found trial 'a'; expected a trial number"),
    (["compare", "1", "a"], "found trial 'a'; expected a trial number"), (["evaluate"], "--weights"),
    (["evaluate", "--weights=none"], "none: found no such file"),
    (["evaluate", "--weights=hyper.test"], "hyper.test: found"), (["dataset", "fetch", "other"], "only ml-100k"),
    (["dataset", "describe", "other"], "other"), (["train", "--save=no/where"], "--save"),
    (["nonsense"], "expected one of chart, compare, completion, dashboard, dataset"),
    (["study"], "no parameter file given; start a study with run-hyper --params_file=hyper.test"),
    (["studies", "--top=3"], "--top"),
  ])
  func `Commands refuse what they cannot do`(arguments: [String], message: String) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let ending = try program.run(arguments)
    #expect(ending.status == 2)
    #expect(ending.output == "")
    #expect(ending.errors.contains(message), "\(ending.errors)")
    #expect(!program.exists("studies"))
  }

  @Test func `A study whose dataset or settings changed is refused with the differences`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    try program.write(Self.header + Self.rows, to: "datasets/own/own.inter")
    let arguments = ["--params_file=hyper.test", "--dataset=own", "--epochs=1"]
    #expect(try program.run(arguments).status == 0)
    let other = try program.run(arguments.dropLast() + ["--epochs=2"])
    #expect(other.status == 2)
    #expect(other.errors.contains("epochs"), "\(other.errors)")
    try program.write(Self.header + Self.rows + "u1\ti2\t999\n", to: "datasets/own/own.inter")
    for command in [arguments, ["resume", "bert4rec-own-hyper"]] {
      let ending = try program.run(command)
      #expect(ending.status == 2)
      #expect(ending.errors.contains("dataset"), "\(ending.errors)")
    }
  }
}
