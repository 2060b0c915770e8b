//! A notation for bilevel programs that reads like the papers.

/// States a bilevel program; makes a unit struct that implements
/// [`BilevelFunctions`](crate::BilevelFunctions).
///
/// Between the parentheses stand the names of the upper-level variables, a semicolon, and those of
/// the lower level. `G`, `g` are the inequality rows, each ≤ 0, in brackets; the rows of `H == 0`
/// and `h == 0` are optional. Formulas are in variables of type [`Real`](crate::Real), so
/// constants may stand on either side and are written as `2.0`.
///
/// ```
/// use nlp_model::{AutoBilevel, Bilevel, Model};
///
/// nlp_model::bilevel! {
///     /// J. F. Bard, Convex two-level optimization, Math. Program. 40 (1988), Example 1.
///     pub struct Bard1988Ex1(x; y);
///     F = (x - 5.0).powi(2) + (2.0 * y + 1.0).powi(2);
///     G <= 0: [-x];
///     f = (y - 1.0).powi(2) - 1.5 * x * y;
///     g <= 0: [-3.0 * x + y + 3.0, x - 0.5 * y - 4.0, x + y - 7.0, -y];
/// }
///
/// let problem = AutoBilevel::new("Bard1988Ex1", Bard1988Ex1);
/// assert_eq!((problem.nx(), problem.ny()), (1, 1));
/// assert_eq!(problem.upper().obj(&[1.0, 0.0]), 17.0);
/// assert_eq!(problem.lower().meta().ncon(), 4);
/// ```
#[macro_export]
macro_rules! bilevel {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident($($x:ident),* $(,)?; $($y:ident),* $(,)?);
        F = $F:expr;
        G <= 0: [$($G:expr),* $(,)?];
        $(H == 0: [$($H:expr),* $(,)?];)?
        f = $f:expr;
        g <= 0: [$($g:expr),* $(,)?];
        $(h == 0: [$($h:expr),* $(,)?];)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;

        impl $crate::BilevelFunctions for $name {
            fn shape(&self) -> $crate::BilevelShape {
                $crate::BilevelShape {
                    nx: $crate::bilevel!(@count $($x)*),
                    ny: $crate::bilevel!(@count $($y)*),
                    upper_inequalities: $crate::bilevel!(@count $($G)*),
                    upper_equalities: $crate::bilevel!(@count $($($H)*)?),
                    lower_inequalities: $crate::bilevel!(@count $($g)*),
                    lower_equalities: $crate::bilevel!(@count $($($h)*)?),
                }
            }
            $crate::bilevel!(@objective upper_obj ($($x)*) ($($y)*) $F);
            $crate::bilevel!(@rows upper_cons ($($x)*) ($($y)*) [$($G,)* $($($H,)*)?]);
            $crate::bilevel!(@objective lower_obj ($($x)*) ($($y)*) $f);
            $crate::bilevel!(@rows lower_cons ($($x)*) ($($y)*) [$($g,)* $($($h,)*)?]);
        }
    };

    (@objective $function:ident ($($x:ident)*) ($($y:ident)*) $value:expr) => {
        #[allow(unused_variables)]
        fn $function<T: $crate::Scalar>(&self, x: &[T], y: &[T]) -> T {
            let [$($x),*] = *x else { $crate::notation::wrong_length("x") };
            let [$($y),*] = *y else { $crate::notation::wrong_length("y") };
            $(let $x = $crate::Real($x);)*
            $(let $y = $crate::Real($y);)*
            $crate::Real::from($value).0
        }
    };

    (@rows $function:ident ($($x:ident)*) ($($y:ident)*) [$($row:expr,)*]) => {
        #[allow(unused_variables)]
        fn $function<T: $crate::Scalar>(&self, x: &[T], y: &[T], c: &mut [T]) {
            let [$($x),*] = *x else { $crate::notation::wrong_length("x") };
            let [$($y),*] = *y else { $crate::notation::wrong_length("y") };
            $(let $x = $crate::Real($x);)*
            $(let $y = $crate::Real($y);)*
            let rows: [T; $crate::bilevel!(@count $($row)*)] = [$($crate::Real::from($row).0),*];
            c.copy_from_slice(&rows);
        }
    };

    (@count $($item:tt)*) => { <[()]>::len(&[$($crate::bilevel!(@unit $item)),*]) };
    (@unit $item:tt) => { () };
}

/// Ends an evaluation at a point of the wrong length.
#[doc(hidden)]
pub fn wrong_length(name: &str) -> ! {
    panic!("{name} has the wrong length")
}
