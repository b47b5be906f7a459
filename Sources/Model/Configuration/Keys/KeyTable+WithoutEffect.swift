/// Names that a configuration may hold without effect.
extension KeyTable {
  /// Keys of RecBole that have no effect here, by the reason.
  private static let namesByReason: [String: String] = [
    "training runs on the CPU": "gpu_id use_gpu device",
    "trials run in parallel instead": "nproc single_spec",
    "the dataset is read once and shared": "worker",
    "there are no log levels": "state verbose",
    "every run is reproducible": "reproducibility",
    "checkpoints are stored next to the database": "checkpoint_dir",
    "every run reads the dataset again": "save_dataset dataset_save_path save_dataloaders dataloaders_save_path",
    "results are stored in the study": "log_wandb wandb_project",
    "losses are shown in full": "loss_decimal_place",
    "the model draws its own negatives": "train_neg_sample_args neg_sampling training_neg_sample_num",
    "all items are ranked": "valid_neg_sample_args test_neg_sample_args",
    "the metric's name determines it": "valid_metric_bigger",
    "the metrics' names determine it": "eval_type",
    "hidden_size sets the width": "embedding_size",
    "the loss has no such term": "require_pow reg_weight",
    "training uses 32-bit floats": "enable_scaler",
    "only user, item and time are used":
      "RATING_FIELD LABEL_FIELD threshold NEG_PREFIX numerical_features discretization",
    "embeddings are initialized randomly": "preload_weight",
    "only .inter, .user and .item files are read": "additional_feat_suffix",
    "columns are read as needed": "unload_col unused_col",
    "no column is needed for lengths": "ITEM_LIST_LENGTH_FIELD",
    "no column is needed for positions": "POSITION_FIELD",
    "there is only one user column": "alias_of_user_id",
    "use --config_files to name files": "config_file config_files",
    "the number of items follows from the dataset": "vocab_size",
    "BERT4Rec uses no knowledge graph":
      "HEAD_ENTITY_ID_FIELD TAIL_ENTITY_ID_FIELD RELATION_ID_FIELD ENTITY_ID_FIELD kg_reverse_r entity_kg_num_interval "
      + "relation_kg_num_interval alias_of_entity_id alias_of_relation_id",
    "training runs in one process": "local_rank world_size group_offset offset ip port",
    "RecBole sets it internally":
      "MODEL_TYPE MODEL_INPUT_TYPE MASK_INDEX MASK_ITEM_SEQ POS_ITEMS NEG_ITEMS CROP_ITEM_SEQ CROP_ITEM_SEQ_LEN "
      + "INVERSE_ITEM_SEQ REORDER_ITEM_SEQ",
  ]

  /// Keys of RecBole that have no effect here, and the reason.
  static let reasons = Dictionary(
    uniqueKeysWithValues: namesByReason.flatMap { reason, names in
      names.split(separator: " ").map { (String($0), reason) }
    })

  /// Keys that RecBole 1.2.1 reads for other models, their training or their transforms.
  static let otherModelsKeys = Set(
    """
    L1_flag aap_weight accum ae_act_func aggregator aggregator_type algorithm align_weight alpha anneal_cap anneal_steps
    apply_norm attention_size beta beta_fixed block_num build_graph_separately center_columns cin cin_layer_size class_num
    cnn_channels cnn_kernels cnn_strides context_hops context_norm contrast conv_kernel_size convert_token_to_onehot
    cor_weight corruption_ratio critic_layers cross_layer_num depth dilations dims_dnn direct dnn_type double_tower drop_ex
    drop_im drop_ratio dropout_probs dual_domain encoder_hidden_size eta expert_num feature_num fields fredom fredom_type
    freeze_kg gamma gcn_output_dim global_ratio gru_type has_residual hid_activation hidden_dimension hidden_size_list
    hide_item high_layers_num high_order history_len history_num_per_term hyper_layers in_dims ind inter_matrix_type
    interest_size item_agg_layer item_attribute item_dropout item_embedding_size item_hidden_size_list joint_train
    k_interests kernel_size kfac kg_embedding_size kg_weight kge_interval knn_method l1_ratio lambda1 lambda2 lambda_coeff
    lamda latent_dimension lgb_early_stopping_rounds lgb_num_boost_round lgb_params lightgcn_layer lmd lmd_sem
    loss_function low_layers_num low_rank ls_weight m_step map_weight margin mean_type mess_dropout mess_dropout_rate
    message_dropout metrics_k mf_embedding_size mf_pretrain_path mf_train mip_weight mixed mixture_weights mlp_act_func
    mlp_embedding_size mlp_pretrain_path mlp_train n_cate n_dec_epochs n_enc_epochs n_facet n_facet_MLP n_facet_all
    n_facet_context n_facet_emb n_facet_hidden n_facet_reranker n_facet_window n_factors n_hop n_hops n_iter n_iterations
    n_memory negative_weight neigh_embedding_size neigh_info_method neigh_num neighbor_sample_size nh node_dropout
    node_dropout_rate nogb noise_max noise_min noise_scale noise_schedule norm num_basis_functions num_clusters
    num_conv_kernel nv order_len order_list out_activation out_dims partition_merging_mode phase pool_kernel_size
    pooling_mode pooling_type pooling_type_layer_1 pooling_type_layer_2 positive_only post_remove_context pre_model_path
    pretrain_epochs pretrain_path proto_reg prototype_size q rank reg_loss_ratio reg_weight_1 reg_weight_2 reg_weights
    reparam reranker_CAN_NUM reranker_merging_mode resolution reweight rho sampling_noise sampling_steps save_step
    second_order_loss_weight selected_features sess_dropout short_item_length shrink sim sim_regularity sp_weight
    sparse_feature spatial_ratio split_to ssl_reg ssl_tau ssl_temp ssl_weight std step steps structure t_cin t_depth tau
    tau_ratio teacher temperature time-aware token_num_threhold token_num_threshold topk_factor total_anneal_steps
    train_kg_step train_method train_rec_step train_stage type ui_embedding_size use_filter use_inner use_inner_product
    use_out_emb use_outer use_pretrain use_proj_bias use_st_gumbel user_embedding_size user_hidden_size_list
    vae_anneal_cap vae_anneal_steps w_max w_min warm_up warm_up_step weight weight_mode weight_size
    xgb_early_stopping_rounds xgb_model xgb_nthread xgb_num_boost_round xgb_params xgb_silent xgb_verbose_eval
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
