"""The step type graphql.request: a query to a GraphQL server, behind the egress policy."""
