public import Literals

/// A configuration key.
public struct ConfigurationKey: Sendable, Hashable {
  public let name: String

  /// The values it takes, in words.
  public let type: String

  public let defaultValue: Literal

  /// One line for documents and `--help`.
  public let summary: String

  public let group: Group

  /// Whether results depend on the key.
  public let influencesNumbers: Bool

  /// Groups of keys, in display order.
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
    .init("model", "BERT4Rec", .text("BERT4Rec"), "Model.", .general),
    .init("dataset", "text", .text("grocery"), "Dataset: the name of its folder and files.", .general),
    .init(
      "data_path", "text or null", .null, "Folder of datasets; null searches the usual places.",
      .general, influencesNumbers: false),
    .init("seed", "integer ≥ 0", .integer(2020), "Random seed.", .general),
  ]

  private static let trainingKeys: [ConfigurationKey] = [
    .init("epochs", "integer ≥ 0", .integer(300), "Maximum number of epochs.", .training),
    .init("train_batch_size", "integer ≥ 1", .integer(2048), "Training batch size.", .training),
    .init("learner", "adam, adamw, sgd, adagrad or rmsprop", .text("adam"), "Optimizer.", .training),
    .init("learning_rate", "number > 0", .number(0.001), "Learning rate.", .training),
    .init(
      "weight_decay", "number ≥ 0", .number(0), "Weight decay: L2 penalty on the gradient (decoupled for adamw).",
      .training),
    .init(
      "clip_grad_norm", "number > 0, {max_norm: number} or null", .null,
      "Gradient clipping: maximum global norm; null for none.",
      .training),
    .init("shuffle", "boolean", .boolean(true), "Shuffle the training samples every epoch.", .training),
    .init("eval_step", "integer", .integer(1), "Epochs between validations; 0 or less disables validation.", .training),
    .init(
      "stopping_step", "integer ≥ 0", .integer(10),
      "Early stopping: training stops after more than this many validations in a row without improvement.",
      .training),
  ]

  private static let evaluationKeys: [ConfigurationKey] = [
    .init(
      "eval_args", "map of split, order, group_by, mode",
      .map([
        "split": .map(["LS": .text("valid_and_test")]), "order": .text("TO"), "group_by": .text("user"),
        "mode": .text("full"),
      ]), "Evaluation setting; split is LS (leave one out): valid_and_test, valid_only or test_only.", .evaluation),
    .init(
      "metrics", "list of Hit, Recall, Precision, MRR, MAP, NDCG",
      .list([.text("Recall"), .text("MRR"), .text("NDCG"), .text("Hit"), .text("Precision")]),
      "Metrics, in the order of the results.", .evaluation),
    .init("topk", "integer ≥ 1 or list of them", .list([.integer(10)]), "Cut-offs k of the metrics.", .evaluation),
    .init(
      "valid_metric", "metric@k", .text("MRR@10"), "Metric for early stopping and for ranking trials.", .evaluation),
    .init(
      "metric_decimal_place", "integer 0 to 15", .integer(4), "Decimal places to which results are rounded.",
      .evaluation),
    .init(
      "eval_batch_size", "integer ≥ 1", .integer(4096), "Evaluation batch size; does not affect results.", .evaluation,
      influencesNumbers: false),
  ]

  private static let datasetKeys: [ConfigurationKey] = [
    .init("field_separator", "text", .text("\t"), "Separator of the columns of a row.", .dataset),
    .init("seq_separator", "text", .text(" "), "Separator of the elements of a sequence.", .dataset),
    .init("USER_ID_FIELD", "text", .text("user_id"), "Name of the user column.", .dataset),
    .init("ITEM_ID_FIELD", "text", .text("item_id"), "Name of the item column.", .dataset),
    .init("TIME_FIELD", "text", .text("timestamp"), "Name of the time column, which is always read.", .dataset),
    .init("LIST_SUFFIX", "text", .text("_list"), "Suffix of history columns in benchmark files.", .dataset),
    .init(
      "load_col", "map of file suffix to columns or '*', or null for all files",
      .map(["inter": .list([.text("user_id"), .text("item_id")])]),
      "Whether .user and .item files are read; the columns named do not matter.", .dataset),
    .init(
      "rm_dup_inter", "first, last or null", .null,
      "Which of several rows with the same user and item is kept; null keeps all.", .dataset
    ),
    .init(
      "val_interval", "map of column to intervals or list of tokens, or null", .null,
      "Keep only rows whose column value is in the intervals or in the list.", .dataset),
    .init(
      "filter_inter_by_user_or_item", "boolean", .boolean(true),
      "Drop rows whose user or item is missing from a loaded .user or .item file.", .dataset),
    .init(
      "user_inter_num_interval", "intervals or null", .text("[0,inf)"), "Allowed number of rows per user.", .dataset),
    .init(
      "item_inter_num_interval", "intervals or null", .text("[0,inf)"), "Allowed number of rows per item.", .dataset),
    .init(
      "normalize_all", "boolean or null", .null,
      "Scale times to 0…1 before rounding (only with time_precision float32).",
      .dataset),
    .init(
      "normalize_field", "list of columns or null", .null, "Like normalize_all, for the named columns only.", .dataset),
    .init(
      "alias_of_item_id", "list of columns or null", .null, "Columns that use the same ids as the items.", .dataset),
    .init(
      "seq_len", "map of column to integer ≥ 1, or null", .null,
      "Maximum length of a sequence column; the first elements are kept.", .dataset),
    .init(
      "MAX_ITEM_LIST_LENGTH", "integer 1 to 65536", .integer(50), "Maximum length of a history, in items.", .dataset),
    .init(
      "benchmark_filename", "list of three names or null", .null, "Files of a predefined split: train, valid, test.",
      .dataset),
    .init(
      "time_precision", "exact or float32", .text("exact"),
      "How times are compared; float32 gives the same order as RecBole.", .dataset),
  ]

  private static let networkKeys: [ConfigurationKey] = [
    .init(
      "hidden_size", "integer 1 to 65536", .integer(64), "Size of the embeddings; a multiple of n_heads.", .network),
    .init("inner_size", "integer 1 to 65536", .integer(256), "Inner size of the feed-forward network.", .network),
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
    .init("layer_norm_eps", "number ≥ 0", .number(1e-12), "ε of LayerNorm, inside the square root.", .network),
    .init("initializer_range", "number ≥ 0", .number(0.02), "Standard deviation of the initial weights.", .network),
    .init("mask_ratio", "number 0 to 1", .number(0.2), "Probability that an item is masked.", .network),
    .init(
      "ft_ratio", "number 0 to 1", .number(0.5), "Probability that a batch masks only the last item of each history.",
      .network),
    .init("loss_type", "CE or BPR", .text("CE"), "Loss: cross-entropy (CE) or pairwise (BPR).", .network),
  ]
}
