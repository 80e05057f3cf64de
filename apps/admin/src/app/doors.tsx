import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { NotFound } from './not-found.tsx'
import { filters, text } from './search.ts'

export const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: filters((search) => ({ to: text(search.to) })),
  component: lazyRouteComponent(() => import('../sessions/sign-in-page.tsx'), 'SignInPage'),
})
export const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('../sessions/forgot-password-page.tsx'), 'ForgotPasswordPage'),
})
export const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../sessions/reset-password-page.tsx'), 'ResetPasswordPage'),
})
export const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/second-factor',
  component: lazyRouteComponent(() => import('../sessions/second-factor-page.tsx'), 'SecondFactorPage'),
})

export const register = createRoute({
  getParentRoute: () => root,
  path: '/register',
  component: lazyRouteComponent(() => import('../onboarding/register-page.tsx'), 'RegisterPage'),
})
export const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../onboarding/invitation-page.tsx'), 'InvitationPage'),
})
