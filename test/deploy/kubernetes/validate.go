package main

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	podpolicy "k8s.io/pod-security-admission/policy"
)

// What the API server checks when such an object is created. A kind that is not listed fails, so that none goes unchecked.
func validate(object runtime.Object) field.ErrorList {
	switch it := object.(type) {
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(it, pod.GetValidationOptionsFromPodTemplate(&it.Spec.Template, nil))
	case *batch.CronJob:
		return batchvalidation.ValidateCronJobCreate(it, pod.GetValidationOptionsFromPodTemplate(&it.Spec.JobTemplate.Spec.Template, nil))
	case *batch.Job:
		// Name and selector are made by the API server before it checks them, the selector as for the template of a CronJob.
		if it.Name == "" && it.GenerateName != "" {
			it.Name = it.GenerateName + "abcde"
		}
		template := batch.JobTemplateSpec{ObjectMeta: it.ObjectMeta, Spec: it.Spec}
		problems := corevalidation.ValidateObjectMeta(&it.ObjectMeta, true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
		return append(problems, batchvalidation.ValidateJobTemplateSpec(&template, field.NewPath("job"), pod.GetValidationOptionsFromPodTemplate(&it.Spec.Template, nil))...)
	case *core.Namespace:
		return corevalidation.ValidateNamespace(it)
	case *core.Secret:
		return corevalidation.ValidateSecret(it)
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(it)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(it)
	case *core.Service:
		return corevalidation.ValidateServiceCreate(it)
	case *core.PersistentVolumeClaim:
		return corevalidation.ValidatePersistentVolumeClaim(it, corevalidation.ValidationOptionsForPersistentVolumeClaimCreate())
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(it, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(it, policyvalidation.PodDisruptionBudgetValidationOptions{})
	default:
		return field.ErrorList{field.NotSupported(field.NewPath("kind"), fmt.Sprintf("%T", object), []string{"the kinds of validate.go"})}
	}
}

// What the pod would be refused for in a namespace that enforces the "restricted" standard.
func podSecurity(object runtime.Object) []string {
	var template *corev1.PodTemplateSpec
	switch it := object.(type) {
	case *appsv1.Deployment:
		template = &it.Spec.Template
	case *batchv1.CronJob:
		template = &it.Spec.JobTemplate.Spec.Template
	case *batchv1.Job:
		template = &it.Spec.Template
	default:
		return nil
	}
	evaluator, err := podpolicy.NewEvaluator(podpolicy.DefaultChecks(), nil)
	if err != nil {
		return []string{err.Error()}
	}
	problems := []string{}
	for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			problems = append(problems, fmt.Sprintf("pod security: %s: %s", result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return problems
}
