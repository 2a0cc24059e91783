package main

import (
	"context"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Users can be made and deleted, and get passwords and keys; tenants can be made and deleted.

var secretType = &v2.ResourceType{Id: "secret", DisplayName: "Secret", Traits: []v2.ResourceType_Trait{v2.ResourceType_TRAIT_SECRET}}

func (u *users) CreateAccount(ctx context.Context, info *v2.AccountInfo, options *v2.LocalCredentialOptions) (connectorbuilder.CreateAccountResponse, []*v2.PlaintextData, annotations.Annotations, error) {
	row, err := resource.NewUserResource(info.GetLogin(), userType, info.GetLogin(), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	plain, err := password(ctx, options)
	if err != nil {
		return nil, nil, nil, err
	}
	u.made.add("user", info.GetLogin())
	return v2.CreateAccountResponse_SuccessResult_builder{Resource: row, IsCreateAccountResult: true}.Build(), plain, nil, nil
}

func (u *users) CreateAccountCapabilityDetails(context.Context) (*v2.CredentialDetailsAccountProvisioning, annotations.Annotations, error) {
	return v2.CredentialDetailsAccountProvisioning_builder{
		SupportedCredentialOptions: []v2.CapabilityDetailCredentialOption{v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD},
		PreferredCredentialOption:  v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD,
	}.Build(), nil, nil
}

func (u *users) Rotate(ctx context.Context, _ *v2.ResourceId, options *v2.LocalCredentialOptions) ([]*v2.PlaintextData, annotations.Annotations, error) {
	plain, err := password(ctx, options)
	return plain, nil, err
}

func (u *users) RotateCapabilityDetails(context.Context) (*v2.CredentialDetailsCredentialRotation, annotations.Annotations, error) {
	return v2.CredentialDetailsCredentialRotation_builder{
		SupportedCredentialOptions: []v2.CapabilityDetailCredentialOption{v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD},
		PreferredCredentialOption:  v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD,
	}.Build(), nil, nil
}

// Issue makes a key whose id is that of the request.
func (u *users) Issue(_ context.Context, input *connectorbuilder.CredentialIssueInput) (*connectorbuilder.CredentialIssueOutput, error) {
	id := "key-" + input.RequestID
	row, err := resource.NewSecretResource("key", secretType, id, []resource.SecretTraitOption{resource.WithSecretIdentityID(input.IdentityID)})
	if err != nil {
		return nil, err
	}
	u.made.add("secret", id)
	return &connectorbuilder.CredentialIssueOutput{
		Secret:        row,
		PlaintextData: []*v2.PlaintextData{v2.PlaintextData_builder{Name: "api_key", Bytes: []byte("made up for " + id)}.Build()},
		ResourceMode:  v2.CredentialResourceMode_CREDENTIAL_RESOURCE_MODE_DISCOVERABLE,
	}, nil
}

func (u *users) IssueCapabilityDetails(context.Context) (*v2.CredentialDetailsCredentialIssue, annotations.Annotations, error) {
	return v2.CredentialDetailsCredentialIssue_builder{
		Options: []*v2.CredentialIssueOptionDescriptor{v2.CredentialIssueOptionDescriptor_builder{
			Option:               v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_API_KEY,
			ResourceMode:         v2.CredentialResourceMode_CREDENTIAL_RESOURCE_MODE_DISCOVERABLE,
			SecretResourceTypeId: secretType.Id,
		}.Build()},
		PreferredOption: v2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_API_KEY,
	}.Build(), nil, nil
}

func (u *users) Delete(_ context.Context, id *v2.ResourceId, _ *v2.ResourceId) (annotations.Annotations, error) {
	return u.remove(id)
}

func (t *tenants) Create(_ context.Context, wanted *v2.Resource) (*v2.Resource, annotations.Annotations, error) {
	t.made.add("tenant", wanted.GetId().GetResource())
	return wanted, nil, nil
}
func (t *tenants) Delete(_ context.Context, id *v2.ResourceId, _ *v2.ResourceId) (annotations.Annotations, error) {
	return t.remove(id)
}

// secrets are the keys of users.
type secrets struct{ *demo }

func (s *secrets) ResourceType(context.Context) *v2.ResourceType { return secretType }
func (s *secrets) List(context.Context, *v2.ResourceId, resource.SyncOpAttrs) ([]*v2.Resource, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}
func (s *secrets) Entitlements(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Entitlement, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}
func (s *secrets) Grants(context.Context, *v2.Resource, resource.SyncOpAttrs) ([]*v2.Grant, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}
func (s *secrets) Delete(_ context.Context, id *v2.ResourceId, _ *v2.ResourceId) (annotations.Annotations, error) {
	return s.remove(id)
}

func (d *demo) remove(id *v2.ResourceId) (annotations.Annotations, error) {
	if !d.made.remove(id.GetResourceType(), id.GetResource()) {
		return nil, status.Errorf(codes.NotFound, "there is no %s %s", id.GetResourceType(), id.GetResource())
	}
	return nil, nil
}

func password(ctx context.Context, options *v2.LocalCredentialOptions) ([]*v2.PlaintextData, error) {
	text, err := crypto.GeneratePassword(ctx, options)
	if err != nil {
		return nil, err
	}
	return []*v2.PlaintextData{v2.PlaintextData_builder{Name: "password", Bytes: []byte(text)}.Build()}, nil
}
