import Tuner

/// What the man page says beside the help of the commands.
enum ManualText {
  static let description = """
    Each line of the parameter file names a parameter and its values. Every configuration is a trial of a study, which is kept in a \
    database. The same command, or resume, continues a study after any interruption, with the results of an undisturbed run. Options may \
    be written with underscores or dashes; a dash or an equals sign before a value means the same.
    """

  static let keys = """
    Keys are set by --KEY=VALUE, in the YAML files of --config_files, or in the dataset's own file, and are tuned in a parameter file. \
    Later sources override earlier ones: defaults, the dataset's file, YAML files, the command line, tuned values.
    """

  /// Files that are read and written where no option names others.
  static let files: [(name: String, meaning: String)] = [
    (OptionText.standardStorage, "The database of studies (--storage)."),
    (
      "\(OptionText.standardStorage).checkpoints, \(OptionText.standardStorage).weights",
      "The states of unfinished trials, and the weights of the best ones, beside the database."
    ),
    ("datasets/NAME/NAME.inter", "The rows of a dataset; NAME.user and NAME.item are optional (--data_path)."),
    ("datasets/NAME/NAME.yaml", "Settings of a dataset, weaker than all others but the defaults."),
  ]

  /// Environment variables, apart from those for tests.
  static let variables: [(name: String, meaning: String)] = [
    ("RUN_HYPER_CHECKPOINT_SECONDS", "Minimum time between two checkpoints of a trial. (default: 1)"),
    (
      "RUN_HYPER_HEARTBEAT_SECONDS",
      "How long a process of another host may be silent before its trials are taken over; the same for all processes of a study. "
        + "(default: 120)"
    ),
    (
      "RUN_HYPER_BUSY_SECONDS",
      "How long to wait for another program that locks a database file, and for a lost connection to a server. (default: 60)"
    ),
    ("RUN_HYPER_COMPLETION_SECONDS", "How long the program may take to complete a word for a shell. (default: 1)"),
    (
      "RUN_HYPER_MEMORY_MB",
      "Maximum memory of this process. (default: what the machine and the control group have free)"
    ),
    ("RUN_HYPER_HOME", "The folder whose datasets are searched last. (default: the one that the program is in)"),
    ("RUN_HYPER_COMMAND", "The name of the program in commands that it prints."),
    ("NO_COLOR", "No colors, if it is set and not empty."),
    ("TERM", "If it is dumb or not set, progress is shown in plain lines."),
    ("PGPASSWORD", "With libpq's other variables: how to connect to a PostgreSQL server."),
  ]
}
