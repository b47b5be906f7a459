import Testing
import run_hyper

@Suite struct CommandLineArgumentsTests {
  @Test(arguments: [
    (["--params_file=hyper.test"], ["study", "--params_file=hyper.test"]),
    (["--params-file", "hyper.test"], ["study", "--params_file=hyper.test"]),
    (["study", "--workers", "2"], ["study", "--workers=2"]),
    (["--hidden_size=32", "--loss_type", "BPR"], ["study", "--set", "hidden_size=32", "--set", "loss_type=BPR"]),
    (["train", "--learning-rate=1e-3"], ["train", "--set", "learning_rate=1e-3"]),
    (["train", "--weight_decay", "-1"], ["train", "--set", "weight_decay=-1"]),
    (["train", "--metrics=a=b"], ["train", "--set", "metrics=a=b"]),
    (["train", "--val_interval="], ["train", "--set", "val_interval="]),
    (
      ["leaderboard", "first", "--where=n_layers=2", "--where", "n_heads=1"],
      ["leaderboard", "first", "--where=n_layers=2", "--where=n_heads=1"]
    ),
    (["studies", "--hidden_size=3"], ["studies", "--hidden_size=3"]),
    (["dataset", "describe", "grocery", "--data_path=x"], ["dataset", "describe", "grocery", "--data_path=x"]),
    (["--tool", "Ray", "--max_evals=3"], ["study", "--tool=Ray", "--max_evals=3"]),
    (["--workers=2", "--workers=2"], ["study", "--workers=2"]),
    (["--shuffle", "--epochs=2"], ["study", "--shuffle", "--set", "epochs=2"]),
    (["--shuffle", "False", "--shuffle=False"], ["study", "--set", "shuffle=False"]),
    (["--shuffle", "--shuffle", "--early_stop", "3"], ["study", "--shuffle", "--early_stop=3"]),
    (["train", "--epochs=2", "--epochs", "2"], ["train", "--set", "epochs=2"]),
    (["resume", "--mixed-machines", "s"], ["resume", "--mixed_machines", "s"]),
    (["show", "s", "3", "--", "--x"], ["show", "s", "3", "--", "--x"]),
    (["--help"], ["--help"]),
    (["train", "--help"], ["train", "--help"]),
    (["dataset"], ["dataset"]),
    ([], []),
  ])
  func `Options get one spelling and configuration keys their own option`(given: [String], parsed: [String]) throws {
    #expect(try CommandLineArguments(given).parsed == parsed)
  }

  @Test(arguments: [
    (["--epochs=2", "--epochs=3"], "found --epochs twice, with '2' and '3'; expected one of them"),
    (["--workers=2", "--workers=3"], "found --workers twice, with '2' and '3'; expected one of them"),
    (
      ["--learning-rate=2", "--learning_rate=3"],
      "found --learning_rate twice, with '2' and '3'; expected one of them"
    ),
    (["--epochs"], "--epochs has no value; expected --epochs=VALUE"),
    (["train", "--shuffle", "--epochs=2"], "--shuffle has no value; expected --shuffle=VALUE"),
    (
      ["--param_file=x"],
      "unknown option --param_file; did you mean --params_file?"
    ),
    (["--worker=2"], "unknown option --worker; did you mean --workers?"),
    (["--skip-impossible=1"], "--skip-impossible: found a value after it; expected --skip-impossible alone"),
  ])
  func `What cannot be meant is a mistake`(given: [String], message: String) throws {
    #expect(try CommandLineArguments(given).mistakes == [message])
  }

  @Test func `Several mistakes are all found, and the rest is sorted as if they were mended`() throws {
    let arguments = try CommandLineArguments(["--param_file=a", "--epochs=2", "--epochs=3", "--worker", "4", "--top_k"])
    #expect(
      arguments.mistakes == [
        "unknown option --param_file; did you mean --params_file?",
        "found --epochs twice, with '2' and '3'; expected one of them",
        "unknown option --worker; did you mean --workers?", "--top_k has no value; expected --top_k=VALUE",
      ])
    #expect(arguments.parsed == ["study", "--params_file=a", "--set", "epochs=2", "--workers=4"])
  }

  @Test(arguments: [
    (["leaderbord"], "unknown command 'leaderbord'; did you mean 'leaderboard'?"),
    (
      ["dance"],
      "unknown command 'dance'; expected one of chart, compare, completion, dashboard, dataset, ensemble, evaluate, export, importance, jobs, leaderboard, manual, recommend, resume, show, studies, study, submit, train, verify"
    ),
    (["dataset", "fecth"], "unknown command 'dataset fecth'; did you mean 'dataset fetch'?"),
    (["dataset", "x"], "unknown command 'dataset x'; expected one of dataset describe, dataset fetch, dataset import"),
  ])
  func `An unknown command is an error`(given: [String], message: String) {
    #expect(throws: CommandError.input(message)) { try CommandLineArguments(given) }
  }
}
