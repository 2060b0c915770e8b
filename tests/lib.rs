//! Properties every solver must have, literature values, oracles.
