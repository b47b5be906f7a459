public import Literals

/// A key that a configuration may have.
public struct ConfigurationKey: Sendable, Hashable {
  public let name: String

  /// What values it takes, in words.
  public let type: String

  public let defaultValue: Literal

  /// One line for documents and `--help`.
  public let summary: String

  public let group: Group

  /// Whether results depend on it.
  public let influencesNumbers: Bool

  /// Topics of keys, in the order to show them.
  public enum Group: String, Sendable, Hashable, CaseIterable {
    case general = "General"
    case training = "Training"
    case evaluation = "Evaluation"
    case dataset = "Dataset"
    case network = "Network"
  }

  init(
    _ name: String, _ type: String, _ defaultValue: Literal, _ summary: String, _ group: Group,
    influencesNumbers: Bool = true
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.summary = summary
    self.group = group
    self.influencesNumbers = influencesNumbers
  }
}

extension Configuration {
  /// Every key that has an effect, by group.
  public static let keys: [ConfigurationKey] = generalKeys + trainingKeys + evaluationKeys + datasetKeys + networkKeys

  private static let generalKeys: [ConfigurationKey] = [
    .init("model", "BERT4Rec", .text("BERT4Rec"), "The model to train.", .general),
    .init("dataset", "text", .text("grocery"), "Name of the dataset's folder and files.", .general),
    .init(
      "data_path", "text or null", .null, "Folder that holds the dataset's folder; null looks in the usual places.",
      .general, influencesNumbers: false),
    .init("seed", "integer ≥ 0", .integer(2020), "Start of all random numbers.", .general),
  ]

  private static let trainingKeys: [ConfigurationKey] = [
    .init("epochs", "integer ≥ 0", .integer(300), "Most epochs to train.", .training),
    .init("train_batch_size", "integer ≥ 1", .integer(2048), "Samples a step.", .training),
    .init("learner", "adam, adamw, sgd, adagrad or rmsprop", .text("adam"), "The optimizer.", .training),
    .init("learning_rate", "number > 0", .number(0.001), "Step size of the optimizer.", .training),
    .init(
      "weight_decay", "number ≥ 0", .number(0), "L2 coefficient, added to the gradient (adamw: decoupled).", .training),
    .init(
      "clip_grad_norm", "number > 0, {max_norm: number} or null", .null, "Largest global norm of the gradient.",
      .training),
    .init("shuffle", "boolean", .boolean(true), "Draws a new order of the samples each epoch.", .training),
    .init("eval_step", "integer", .integer(1), "Epochs between validations; 0 or less for none.", .training),
    .init(
      "stopping_step", "integer ≥ 0", .integer(10), "Worse validations in a row that are endured; one more stops.",
      .training),
  ]

  private static let evaluationKeys: [ConfigurationKey] = [
    .init(
      "eval_args", "map of split, order, group_by, mode",
      .map([
        "split": .map(["LS": .text("valid_and_test")]), "order": .text("TO"), "group_by": .text("user"),
        "mode": .text("full"),
      ]), "What is held out; split LS: valid_and_test, valid_only or test_only.", .evaluation),
    .init(
      "metrics", "list of Hit, Recall, Precision, MRR, MAP, NDCG",
      .list([.text("Recall"), .text("MRR"), .text("NDCG"), .text("Hit"), .text("Precision")]),
      "What is measured, in the order of the results.", .evaluation),
    .init("topk", "integer ≥ 1 or list of them", .list([.integer(10)]), "Cut-offs of the metrics.", .evaluation),
    .init(
      "valid_metric", "metric@k", .text("MRR@10"), "What early stopping and the leaderboard follow.", .evaluation),
    .init(
      "metric_decimal_place", "integer 0 to 15", .integer(4), "Decimals that results are rounded to.", .evaluation),
    .init(
      "eval_batch_size", "integer ≥ 1", .integer(4096), "Samples scored at once.", .evaluation,
      influencesNumbers: false),
  ]

  private static let datasetKeys: [ConfigurationKey] = [
    .init("field_separator", "text", .text("\t"), "Between the columns of a row.", .dataset),
    .init("seq_separator", "text", .text(" "), "Between the pieces of a sequence.", .dataset),
    .init("USER_ID_FIELD", "text", .text("user_id"), "Column of the user.", .dataset),
    .init("ITEM_ID_FIELD", "text", .text("item_id"), "Column of the item.", .dataset),
    .init("TIME_FIELD", "text", .text("timestamp"), "Column of the time; always read.", .dataset),
    .init("LIST_SUFFIX", "text", .text("_list"), "Ending of a history's column in files split beforehand.", .dataset),
    .init(
      "load_col", "map of file suffix to columns or '*', or null for all files",
      .map(["inter": .list([.text("user_id"), .text("item_id")])]),
      "Which of the files .user and .item are read; columns are read as needed.", .dataset),
    .init(
      "rm_dup_inter", "first, last or null", .null, "Which of several rows with the same user and item stays.", .dataset
    ),
    .init(
      "val_interval", "map of column to intervals or list of tokens, or null", .null,
      "Keeps rows whose column lies in the intervals or the list.", .dataset),
    .init(
      "filter_inter_by_user_or_item", "boolean", .boolean(true),
      "Drops rows whose user or item a loaded .user or .item file lacks.", .dataset),
    .init(
      "user_inter_num_interval", "intervals or null", .text("[0,inf)"), "Allowed numbers of rows a user.", .dataset),
    .init(
      "item_inter_num_interval", "intervals or null", .text("[0,inf)"), "Allowed numbers of rows an item.", .dataset),
    .init(
      "normalize_all", "boolean or null", .null, "Scales times to 0…1 before rounding them (time_precision float32).",
      .dataset),
    .init("normalize_field", "list of columns or null", .null, "As normalize_all, for the columns named.", .dataset),
    .init("alias_of_item_id", "list of columns or null", .null, "Columns that share the items' ids.", .dataset),
    .init("seq_len", "map of column to integer ≥ 1, or null", .null, "Keeps that many first pieces.", .dataset),
    .init("MAX_ITEM_LIST_LENGTH", "integer 1 to 65536", .integer(50), "Longest history, in items.", .dataset),
    .init(
      "benchmark_filename", "list of three names or null", .null, "Files split beforehand: train, valid, test.",
      .dataset),
    .init(
      "time_precision", "exact or float32", .text("exact"),
      "How times are compared; float32 gives the reference's order.", .dataset),
  ]

  private static let networkKeys: [ConfigurationKey] = [
    .init(
      "hidden_size", "integer 1 to 65536", .integer(64), "Width of the embeddings; a multiple of n_heads.", .network),
    .init("inner_size", "integer 1 to 65536", .integer(256), "Width inside the feed-forward network.", .network),
    .init("n_layers", "integer 1 to 1024", .integer(2), "Number of Transformer layers.", .network),
    .init("n_heads", "integer 1 to 65536", .integer(2), "Number of attention heads.", .network),
    .init(
      "hidden_dropout_prob", "number from 0 to below 1", .number(0.5), "Dropout after the embedding and each sublayer.",
      .network),
    .init(
      "attn_dropout_prob", "number from 0 to below 1", .number(0.5), "Dropout of the attention probabilities.", .network
    ),
    .init(
      "hidden_act", "gelu, relu, swish, tanh or sigmoid", .text("gelu"), "Activation of the feed-forward network.",
      .network),
    .init("layer_norm_eps", "number ≥ 0", .number(1e-12), "ε inside the root of every LayerNorm.", .network),
    .init("initializer_range", "number ≥ 0", .number(0.02), "Standard deviation of the initial weights.", .network),
    .init("mask_ratio", "number 0 to 1", .number(0.2), "Probability that a position is masked.", .network),
    .init(
      "ft_ratio", "number 0 to 1", .number(0.5), "Probability that a batch masks only the last items.", .network),
    .init("loss_type", "CE or BPR", .text("CE"), "What is minimized.", .network),
  ]
}
