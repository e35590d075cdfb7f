namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>array.*, matrix.*, map.*.</summary>
internal static class CollectionSignatures
{
    public const string Text = """
        array.abs(array<N> id) array<N>
        array.avg(array<N> id) series float
        array.binary_search(array<N> id, N val) series int
        array.binary_search_leftmost(array<N> id, N val) series int
        array.binary_search_rightmost(array<N> id, N val) series int
        array.clear(array<T> id) void
        array.concat(array<T> id1, array<T> id2) array<T>
        array.copy(array<T> id) array<T>
        array.covariance(array<N> id1, array<N> id2, bool biased=true) series float
        array.every(array<bool> id) series bool
        array.fill(array<T> id, T value, int index_from=0, int index_to?) void
        array.first(array<T> id) series T
        array.from(T... arg) array<T>
        array.get(array<T> id, int index) series T
        array.includes(array<T> id, T value) series bool
        array.indexof(array<T> id, T value) series int
        array.insert(array<T> id, int index, T value) void
        array.join(array<T> id, string separator="") series string
        array.last(array<T> id) series T
        array.lastindexof(array<T> id, T value) series int
        array.max(array<N> id, int nth=0) series N
        array.median(array<N> id) series N
        array.min(array<N> id, int nth=0) series N
        array.mode(array<N> id) series N
        array.new_bool(int size=0, bool initial_value?) array<bool>
        array.new_box(int size=0, box initial_value?) array<box>
        array.new_color(int size=0, color initial_value?) array<color>
        array.new_float(int size=0, float initial_value?) array<float>
        array.new_int(int size=0, int initial_value?) array<int>
        array.new_label(int size=0, label initial_value?) array<label>
        array.new_line(int size=0, line initial_value?) array<line>
        array.new_linefill(int size=0, linefill initial_value?) array<linefill>
        array.new_string(int size=0, string initial_value?) array<string>
        array.new_table(int size=0, table initial_value?) array<table>
        array.new<T>(int size=0, T initial_value?) array<T>
        array.percentile_linear_interpolation(array<N> id, float percentage) series float
        array.percentile_nearest_rank(array<N> id, float percentage) series N
        array.percentrank(array<N> id, int index) series float
        array.pop(array<T> id) series T
        array.push(array<T> id, T value) void
        array.range(array<N> id) series N
        array.remove(array<T> id, int index) series T
        array.reverse(array<T> id) void
        array.set(array<T> id, int index, T value) void
        array.shift(array<T> id) series T
        array.size(array<T> id) series int
        array.slice(array<T> id, int index_from, int index_to) array<T>
        array.some(array<bool> id) series bool
        array.sort(array<T> id, sort_order order="ascending") void
        array.sort_indices(array<T> id, sort_order order="ascending") array<int>
        array.standardize(array<N> id) array<N>
        array.stdev(array<N> id, bool biased=true) series float
        array.sum(array<N> id) series N
        array.unshift(array<T> id, T value) void
        array.variance(array<N> id, bool biased=true) series float
        order.ascending : const sort_order = "ascending"
        order.descending : const sort_order = "descending"
        matrix.add_col(matrix<T> id, int column?, array<T> array_id?) void
        matrix.add_row(matrix<T> id, int row?, array<T> array_id?) void
        matrix.avg(matrix<N> id) series float
        matrix.col(matrix<T> id, int column) array<T>
        matrix.columns(matrix<T> id) series int
        matrix.concat(matrix<T> id1, matrix<T> id2) matrix<T>
        matrix.copy(matrix<T> id) matrix<T>
        matrix.det(matrix<N> id) series float
        matrix.diff(matrix<N> id1, matrix<N> id2) matrix<N>
        matrix.diff(matrix<N> id1, float id2) matrix<float>
        matrix.eigenvalues(matrix<N> id) array<float>
        matrix.eigenvectors(matrix<N> id) matrix<float>
        matrix.elements_count(matrix<T> id) series int
        matrix.fill(matrix<T> id, T value, int from_row=0, int to_row?, int from_column=0, int to_column?) void
        matrix.get(matrix<T> id, int row, int column) series T
        matrix.inv(matrix<N> id) matrix<float>
        matrix.is_antidiagonal(matrix<N> id) series bool
        matrix.is_antisymmetric(matrix<N> id) series bool
        matrix.is_binary(matrix<N> id) series bool
        matrix.is_diagonal(matrix<N> id) series bool
        matrix.is_identity(matrix<N> id) series bool
        matrix.is_square(matrix<T> id) series bool
        matrix.is_stochastic(matrix<N> id) series bool
        matrix.is_symmetric(matrix<N> id) series bool
        matrix.is_triangular(matrix<N> id) series bool
        matrix.is_zero(matrix<N> id) series bool
        matrix.kron(matrix<N> id1, matrix<N> id2) matrix<N>
        matrix.max(matrix<N> id) series N
        matrix.median(matrix<N> id) series N
        matrix.min(matrix<N> id) series N
        matrix.mode(matrix<N> id) series N
        matrix.mult(matrix<N> id1, matrix<N> id2) matrix<N>
        matrix.mult(matrix<N> id1, array<N> id2) array<N>
        matrix.mult(matrix<N> id1, float id2) matrix<float>
        matrix.new<T>(int rows=0, int columns=0, T initial_value?) matrix<T>
        matrix.pinv(matrix<N> id) matrix<float>
        matrix.pow(matrix<N> id, int power) matrix<N>
        matrix.rank(matrix<N> id) series int
        matrix.remove_col(matrix<T> id, int column?) array<T>
        matrix.remove_row(matrix<T> id, int row?) array<T>
        matrix.reshape(matrix<T> id, int rows, int columns) void
        matrix.reverse(matrix<T> id) void
        matrix.row(matrix<T> id, int row) array<T>
        matrix.rows(matrix<T> id) series int
        matrix.set(matrix<T> id, int row, int column, T value) void
        matrix.sort(matrix<T> id, int column=0, sort_order order="ascending") void
        matrix.submatrix(matrix<T> id, int from_row=0, int to_row?, int from_column=0, int to_column?) matrix<T>
        matrix.sum(matrix<N> id1, matrix<N> id2) matrix<N>
        matrix.sum(matrix<N> id1, float id2) matrix<float>
        matrix.swap_columns(matrix<T> id, int column1, int column2) void
        matrix.swap_rows(matrix<T> id, int row1, int row2) void
        matrix.trace(matrix<N> id) series N
        matrix.transpose(matrix<T> id) matrix<T>
        map.clear(map<K,V> id) void
        map.contains(map<K,V> id, K key) series bool
        map.copy(map<K,V> id) map<K,V>
        map.get(map<K,V> id, K key) series V
        map.keys(map<K,V> id) array<K>
        map.new<K,V>() map<K,V>
        map.put(map<K,V> id, K key, V value) series V
        map.put_all(map<K,V> id, map<K,V> id2) void
        map.remove(map<K,V> id, K key) series V
        map.size(map<K,V> id) series int
        map.values(map<K,V> id) array<V>
        """;
}
