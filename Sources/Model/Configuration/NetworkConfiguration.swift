/// The shape and the regularization of BERT4Rec.
///
/// Names and defaults are those of RecBole's documentation; each property's configuration key is its name in
/// snake case unless the comment says otherwise.
///
/// Source: Sun et al., *BERT4Rec*, 2019, section 3; RecBole 1.2.1.
public struct NetworkConfiguration: Sendable, Hashable {
  /// Width of the embeddings and of each layer's output; a multiple of `headCount`.
  public var hiddenSize = 64

  /// Width of the feed-forward network's inner layer.
  public var innerSize = 256

  /// Number of Transformer layers; key `n_layers`.
  public var layerCount = 2

  /// Number of attention heads; key `n_heads`.
  public var headCount = 2

  /// Dropout rate after the embedding and after each sublayer; key `hidden_dropout_prob`.
  public var hiddenDropout = 0.5

  /// Dropout rate of the attention probabilities; key `attn_dropout_prob`.
  public var attentionDropout = 0.5

  /// Activation of the feed-forward network; key `hidden_act`. The head's is always GELU.
  public var activation = Activation.gelu

  /// ε inside the root of every LayerNorm; key `layer_norm_eps`. BERT uses 1e-12.
  public var layerNormEpsilon = 1e-12

  /// Standard deviation of the initial weights.
  public var initializerRange = 0.02

  /// Probability that a position of a randomly masked history is masked.
  public var maskRatio = 0.2

  /// Probability that a whole batch masks only the last item of each history; key `ft_ratio`.
  public var lastItemRatio = 0.5

  /// What the network learns to predict.
  public var objective = Objective.cloze

  /// The training loss; key `loss_type`.
  public var loss = Loss.crossEntropy

  /// The maximum length of a history, in items; key `MAX_ITEM_LIST_LENGTH`.
  public var maximumLength = 50

  public init() {}

  /// Activation functions of the feed-forward network.
  public enum Activation: String, Sendable, Hashable, CaseIterable {
    case gelu, relu, swish, tanh, sigmoid
  }

  /// What a network learns to predict, and so what each place sees.
  public enum Objective: String, Sendable, Hashable, CaseIterable {
    /// Masked items, from all other items of a history (Sun et al., 2019, section 3.6).
    case cloze
    /// The next item at every place, from the items up to it. RecBole's BERT4Rec has no such objective.
    case causal
  }

  /// Training losses.
  public enum Loss: String, Sendable, Hashable, CaseIterable {
    /// Softmax cross-entropy over all items and padding.
    case crossEntropy = "CE"
    /// Bayesian personalized ranking against one negative per mask (Rendle et al., 2009).
    case pairwise = "BPR"
  }
}
