import Foundation
import Testing
import Tuner
import run_hyper

/// What trains a trial of a study again, outside it.
@Suite struct TrialRecipeTests {
  /// A study whose settings come from the dataset's file, another file, the command line and the parameter file.
  private static let study = Result { () throws -> Program in
    let program = try Program()
    try program.write(Shop.table, to: "data/my shop/my shop.inter")
    try program.write("MAX_ITEM_LIST_LENGTH: 5\ntopk: [5, 3]\nvalid_metric: MRR@5\n", to: "data/my shop/my shop.yaml")
    try program.write("hidden_size: 25\nn_heads: 5\nepochs: 3\nfield_separator: \"\\t\"\n", to: "fixed.yaml")
    try program.write(
      "learning_rate loguniform -8,-4\nhidden_act choice ['gelu','relu']\nn_layers choice [1,2]\n", to: "s.test")
    let ending = try program.run([
      "--params_file=s.test", "--study=mixed", "--dataset=my shop", "--data_path=data", "--config_files=fixed.yaml",
      "--algo=random", "--max_evals=3", "--repeats=1", "--learner=adamw", "--weight_decay=0.01", "--seed=7",
    ])
    #expect(ending.status == 0, "\(ending.errors)")
    return program
  }

  private struct Shown: Decodable {
    let command: String
    let repeats: Int?
    let metrics: [String: [String: Double]]
  }

  private static func shown(_ trial: Int) throws -> Shown {
    let text = try study.get().run(["show", "mixed", "\(trial)", "--format=json"]).output
    return try JSONDecoder().decode(Shown.self, from: Data(text.utf8))
  }

  /// The metrics that `train` prints, by split.
  private static func metrics(_ text: String) throws -> [String: [String: Double]] {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let names = try #require(lines.first)
    return Dictionary(
      uniqueKeysWithValues: lines.dropFirst().map { line in
        (line[0], Dictionary(uniqueKeysWithValues: zip(names, line.dropFirst().compactMap(Double.init))))
      })
  }

  private static func rounded(_ metrics: [String: [String: Double]]) -> [String: [String: Double]] {
    metrics.mapValues { $0.mapValues { ($0 * 1e4).rounded() / 1e4 } }
  }

  @Test(arguments: 1...4)
  func `The command of a trial gives its metrics again, in the folder of the study`(trial: Int) throws {
    let shown = try Self.shown(trial)
    let program = try Self.study.get()
    // As a person pastes it into a shell.
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c", "run_hyper=\"$0\"; run-hyper() { \"$run_hyper\" \"$@\"; }; \(shown.command) 2>/dev/null", try Program.path,
    ]
    shell.currentDirectoryURL = program.folder
    shell.environment = ["PATH": "/usr/bin:/bin", "RUN_HYPER_HOME": Program.home.path]
    let (status, text) = try Program.output(of: shell)
    #expect(status == 0, "\(shown.command): \(text)")
    #expect(try Self.metrics(text) == Self.rounded(shown.metrics), "\(shown.command)")
    #expect(shown.command.contains("--seed=7") != (trial == 4), "\(shown.command)")
  }

  @Test func `The command has what is needed and no more`() throws {
    let shown = try Self.shown(1)
    let names = shown.command.matches(of: #/--(\w+)=/#).map { String($0.output.1) }
    #expect(
      names == [
        "dataset", "data_path", "learning_rate", "hidden_act", "n_layers", "epochs", "hidden_size", "learner",
        "n_heads",
        "seed", "weight_decay",
      ], "\(shown.command)")
    #expect(shown.command.hasPrefix("run-hyper train '--dataset=my shop' --data_path=data "), "\(shown.command)")
    let text = try Self.study.get().run(["show", "mixed", "1"]).output
    #expect(text.hasSuffix("\nTo train it again, outside the study:\n  \(shown.command)\n"), "\(text)")
    #expect(try Self.shown(4).repeats != nil)
  }

  @Test func `The settings as YAML give the same as the command`() throws {
    let program = try Program()
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    let settings = [
      "--epochs=2", "--hidden_size=8", "--topk=3,5", "--valid_metric=MRR@3", "--user_inter_num_interval=[3,inf)",
    ]
    #expect(try program.run(["--params_file=s.test", "--study=s"] + settings).status == 0)
    let store = try StudyStore(reading: program.folder.appendingPathComponent("studies/studies.sqlite").path)
    let study = try #require(try store.study(named: "s"))
    let story = try store.story(of: 2, in: study)
    let recipe = try #require(try TrialRecipes(of: study.definition).recipe(of: story.hyperparameters, seed: nil))
    try program.write(recipe.yaml, to: "trial.yaml")
    let (trained, plain) = try (
      program.run(["train", "--config_files=trial.yaml"]), program.run(["train", "--n_layers=2"] + settings)
    )
    #expect(trained.status == 0 && trained.output == plain.output, "\(recipe.yaml)\(trained.errors)")
    #expect(recipe.yaml.contains("n_layers: 2\n") && recipe.yaml.contains("topk: [3, 5]\n"), "\(recipe.yaml)")
    let repeated = try #require(try TrialRecipes(of: study.definition).recipe(of: story.hyperparameters, seed: 11))
    #expect(repeated.yaml.contains("seed: 11\n") && !recipe.yaml.contains("seed"))
  }

  @Test func `A trial whose dataset is gone is shown without a command`() throws {
    let program = try Program()
    try program.write(Shop.table, to: "data/shop/shop.inter")
    try program.write("n_layers choice [1]\n", to: "s.test")
    #expect(
      try program.run(["--params_file=s.test", "--dataset=shop", "--data_path=data", "--epochs=1"]).status == 0)
    try FileManager.default.removeItem(at: program.folder.appendingPathComponent("data"))
    let ending = try program.run(["show", "1"])
    #expect(ending.status == 0 && !ending.output.contains("To train it again"), "\(ending.output)")
  }
}
